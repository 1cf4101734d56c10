package org.dcmobile;

import androidx.annotation.NonNull;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads JSON (RFC 8259) into Map, List, String, Long, Double, Boolean and null. Android has a reader of its own, but not the
 * desktop, and one that takes what is no JSON.
 */
final class Json {
    private static final int DEEPEST = 32;

    private final String text;
    private int at;
    private int depth;

    Json(@NonNull String text) {
        this.text = text;
    }

    /**
     * The text as a whole.
     *
     * @throws DcmException FILE_FORMAT with the place of the first mistake
     */
    Object value() {
        Object value = any();
        blanks();
        if (at < text.length()) {
            throw wrong("there is more");
        }
        return value;
    }

    private Object any() {
        blanks();
        if (at == text.length()) {
            throw wrong("it ends");
        }
        if (++depth > DEEPEST) {
            throw wrong("it is nested too deep");
        }
        Object value;
        switch (text.charAt(at)) {
            case '{':
                value = object();
                break;
            case '[':
                value = array();
                break;
            case '"':
                value = string();
                break;
            case 't':
                value = word("true", Boolean.TRUE);
                break;
            case 'f':
                value = word("false", Boolean.FALSE);
                break;
            case 'n':
                value = word("null", null);
                break;
            default:
                value = number();
        }
        --depth;
        return value;
    }

    private Map<String, Object> object() {
        Map<String, Object> fields = new LinkedHashMap<String, Object>();
        ++at;
        if (takes('}')) {
            return fields;
        }
        do {
            blanks();
            if (at == text.length() || text.charAt(at) != '"') {
                throw wrong("a key is missing");
            }
            String key = string();
            need(':');
            if (fields.containsKey(key)) {
                throw wrong("the key '" + key + "' is there twice");
            }
            fields.put(key, any());
        } while (takes(','));
        need('}');
        return fields;
    }

    private List<Object> array() {
        List<Object> values = new ArrayList<Object>();
        ++at;
        if (takes(']')) {
            return values;
        }
        do {
            values.add(any());
        } while (takes(','));
        need(']');
        return values;
    }

    private String string() {
        StringBuilder value = new StringBuilder();
        for (++at; at < text.length(); ++at) {
            char each = text.charAt(at);
            if (each == '"') {
                ++at;
                return value.toString();
            }
            if (each < ' ') {
                throw wrong("a control character in a string");
            }
            value.append(each == '\\' ? escaped() : each);
        }
        throw wrong("a string does not end");
    }

    /** Stays at the last character of the escape. */
    private char escaped() {
        ++at;
        int place = at < text.length() ? "\"\\/bfnrt".indexOf(text.charAt(at)) : -1;
        if (place >= 0) {
            return "\"\\/\b\f\n\r\t".charAt(place);
        }
        if (at + 4 < text.length() && text.substring(at, at + 5).matches("u[0-9a-fA-F]{4}")) {
            at += 4;
            return (char) Integer.parseInt(text.substring(at - 3, at + 1), 16);
        }
        throw wrong("an escape that does not exist");
    }

    private Object word(String word, Object value) {
        if (!text.startsWith(word, at)) {
            throw wrong("an unknown word");
        }
        at += word.length();
        return value;
    }

    private Object number() {
        int start = at;
        while (at < text.length() && "+-.0123456789eE".indexOf(text.charAt(at)) >= 0) {
            ++at;
        }
        String digits = text.substring(start, at);
        if (!digits.matches("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?")) {
            at = start;
            throw wrong("not a value");
        }
        if (digits.matches("-?[0-9]{1,18}")) {
            return Long.valueOf(digits);
        }
        return Double.valueOf(digits);
    }

    private boolean takes(char wanted) {
        blanks();
        boolean there = at < text.length() && text.charAt(at) == wanted;
        at += there ? 1 : 0;
        return there;
    }

    private void need(char wanted) {
        if (!takes(wanted)) {
            throw wrong("'" + wanted + "' is missing");
        }
    }

    private void blanks() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            ++at;
        }
    }

    private DcmException wrong(String problem) {
        return new DcmException(Code.FILE_FORMAT, "no JSON: " + problem + " at character " + at);
    }
}
