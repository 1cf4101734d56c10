package org.dcmobile.demo.measure;

/** Writes JSON as dcmobile-bench does: two spaces a level, a member a line. */
final class JsonWriter {
    private final StringBuilder text = new StringBuilder();
    private int depth;
    private boolean first = true;

    JsonWriter beginObject() {
        text.append('{');
        ++depth;
        first = true;
        return this;
    }

    JsonWriter beginObject(String key) {
        key(key);
        return beginObject();
    }

    JsonWriter endObject() {
        --depth;
        newLine();
        text.append('}');
        first = false;
        return this;
    }

    JsonWriter add(String key, String value) {
        key(key);
        quote(value);
        return this;
    }

    JsonWriter add(String key, long value) {
        key(key);
        text.append(value);
        return this;
    }

    /** A number that is none, or endless, becomes null: JSON has neither. */
    JsonWriter add(String key, double value) {
        key(key);
        text.append(Double.isNaN(value) || Double.isInfinite(value) ? "null" : Double.toString(value));
        return this;
    }

    @Override
    public String toString() {
        return text.toString() + "\n";
    }

    private void key(String key) {
        if (!first) {
            text.append(',');
        }
        first = false;
        newLine();
        quote(key);
        text.append(": ");
    }

    private void newLine() {
        text.append('\n');
        for (int i = 0; i < depth; ++i) {
            text.append("  ");
        }
    }

    private void quote(String value) {
        text.append('"');
        for (int i = 0; i < value.length(); ++i) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                text.append('\\').append(c);
            } else if (c < ' ' || (c >= 0xD800 && c <= 0xDFFF)) {
                text.append("\\u");
                String hex = Integer.toHexString(c);
                text.append("0000".substring(hex.length())).append(hex);
            } else {
                text.append(c);
            }
        }
        text.append('"');
    }
}
