package org.dcmobile.demo.picture;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a picture becomes a network's input: what the metadata entry {@link #KEY} of a .dcmodel says (docs/format.md,
 * section 7.1). The results are those of dcmobile's Python side to the last bit.
 */
public final class ImagePreprocessing {
    /** The key of the metadata entry whose value {@link #parse} reads. */
    public static final String KEY = "dcmobile.image";

    private static final int MAX_SIDE = 4096;
    private static final long MAX_PIXELS = 1L << 26;
    private static final double SMALLEST = 1.0 / (1 << 16);
    private static final double LARGEST = 1 << 16;
    private static final Pattern SIZE = Pattern.compile("([1-9][0-9]{0,3})(?:x([1-9][0-9]{0,3}))?");
    private static final String NUMBER = "-?[0-9]{1,5}(?:\\.[0-9]{1,15})?";
    private static final Pattern NUMBERS = Pattern.compile(NUMBER + "(?:," + NUMBER + "," + NUMBER + ")?");

    private final boolean byShorterSide;
    private final int resizeHeight;
    private final int resizeWidth;
    private final int height;
    private final int width;
    private final Resampling.Filter filter;
    private final String colour;
    private final float[] mean;
    private final float[] deviation;

    /**
     * @param words e.g. {@code resize=256 crop=224 mean=127 deviation=128}
     * @throws IllegalArgumentException the words break the rules, or keep to those of a newer version
     */
    public static ImagePreprocessing parse(String words) {
        return new ImagePreprocessing(byKind(words));
    }

    private ImagePreprocessing(Map<String, String> kinds) {
        if (!kinds.containsKey("resize")) {
            throw new IllegalArgumentException("resize=N or resize=HxW is missing");
        }
        Matcher resize = sides(kinds.get("resize"));
        byShorterSide = resize.group(2) == null;
        resizeHeight = side(resize, 1);
        resizeWidth = side(resize, byShorterSide ? 1 : 2);
        Matcher crop = sides(kinds.containsKey("crop") ? kinds.get("crop") : kinds.get("resize"));
        height = side(crop, 1);
        width = side(crop, crop.group(2) == null ? 1 : 2);
        if (height > resizeHeight || width > resizeWidth) {
            throw new IllegalArgumentException("the crop is larger than the resized picture");
        }
        filter = "bicubic".equals(kinds.get("filter")) ? Resampling.Filter.BICUBIC : Resampling.Filter.BILINEAR;
        colour = kinds.containsKey("colour") ? kinds.get("colour") : "rgb";
        mean = numbers(kinds.containsKey("mean") ? kinds.get("mean") : "0", true);
        deviation = numbers(kinds.containsKey("deviation") ? kinds.get("deviation") : "1", false);
    }

    /** 1 for grey, else 3. */
    public int channels() {
        return colour.equals("grey") ? 1 : 3;
    }

    /** Rows of the network's input. */
    public int height() {
        return height;
    }

    /** Columns of the network's input. */
    public int width() {
        return width;
    }

    /** Pixels that the picture's shorter side should have at least, so that reading it reduced loses nothing that shows. */
    public int enoughPixels() {
        return 2 * Math.max(resizeHeight, resizeWidth);
    }

    /**
     * The input [1, channels, height, width] of an upright picture.
     *
     * @param argb rows of pixels, 8 bits each of alpha, red, green, blue, not premultiplied: what Bitmap.getPixels gives
     * @throws IllegalArgumentException the sizes do not fit the array, or the picture is too long and thin
     */
    public float[] apply(int[] argb, int pictureWidth, int pictureHeight) {
        if (pictureWidth < 1 || pictureHeight < 1 || (long) pictureWidth * pictureHeight != argb.length) {
            throw new IllegalArgumentException(
                    argb.length + " pixels are no picture of " + pictureWidth + " x " + pictureHeight);
        }
        int shorter = Math.min(pictureWidth, pictureHeight);
        long newHeight = byShorterSide ? (long) resizeHeight * pictureHeight / shorter : resizeHeight;
        long newWidth = byShorterSide ? (long) resizeWidth * pictureWidth / shorter : resizeWidth;
        if (newWidth * Math.max(pictureHeight, newHeight) > MAX_PIXELS) {
            throw new IllegalArgumentException(
                    "a picture of " + pictureWidth + " x " + pictureHeight + " is too long and thin");
        }
        // Only what the crop keeps is computed: it does not depend on the rest.
        int top = half((int) newHeight - height);
        int left = half((int) newWidth - width);
        Resampling rows = new Resampling(filter, pictureWidth, (int) newWidth, left, width);
        Resampling columns = new Resampling(filter, pictureHeight, (int) newHeight, top, height);

        float[] input = new float[channels() * height * width];
        byte[] plane = new byte[argb.length];
        byte[] narrow = new byte[width * pictureHeight];
        byte[] small = new byte[width * height];
        for (int channel = 0; channel < channels(); ++channel) {
            takeChannel(argb, channel, plane);
            for (int row = 0; row < pictureHeight; ++row) {
                rows.apply(plane, row * pictureWidth, 1, narrow, row * width, 1);
            }
            for (int column = 0; column < width; ++column) {
                columns.apply(narrow, column, width, small, column, width);
            }
            float less = mean[channel % mean.length];
            float by = deviation[channel % deviation.length];
            for (int i = 0; i < small.length; ++i) {
                input[channel * small.length + i] = ((small[i] & 0xFF) - less) / by;
            }
        }
        return input;
    }

    private void takeChannel(int[] argb, int channel, byte[] plane) {
        int shift = colour.equals("bgr") ? 8 * channel : 16 - 8 * channel;
        boolean grey = colour.equals("grey");
        for (int i = 0; i < argb.length; ++i) {
            int pixel = argb[i];
            int alpha = pixel >>> 24;
            if (grey) {
                int red = overWhite(pixel >> 16 & 0xFF, alpha);
                int green = overWhite(pixel >> 8 & 0xFF, alpha);
                int blue = overWhite(pixel & 0xFF, alpha);
                plane[i] = (byte) ((19595 * red + 38470 * green + 7471 * blue + 32768) >> 16);
            } else {
                plane[i] = (byte) overWhite(pixel >> shift & 0xFF, alpha);
            }
        }
    }

    private static int overWhite(int value, int alpha) {
        return alpha == 255 ? value : (value * alpha + 255 * (255 - alpha) + 127) / 255;
    }

    /** Half of it, from the middle between two numbers to the even one. */
    private static int half(int number) {
        return (number + (number % 4 == 3 ? 1 : 0)) / 2;
    }

    private static Map<String, String> byKind(String words) {
        boolean ascii = true;
        for (int i = 0; i < words.length(); ++i) {
            ascii &= words.charAt(i) < 128;
        }
        if (!ascii || words.length() > 256) {
            throw new IllegalArgumentException("the text is not ASCII or longer than 256 characters");
        }
        Map<String, String> kinds = new HashMap<String, String>();
        for (String word : words.split(" ", -1)) {
            String kind;
            String value = word.substring(word.indexOf('=') + 1);
            if (word.equals("bilinear") || word.equals("bicubic")) {
                kind = "filter";
            } else if (word.equals("rgb") || word.equals("bgr") || word.equals("grey")) {
                kind = "colour";
            } else {
                kind = word.substring(0, Math.max(word.indexOf('='), 0));
                boolean size = kind.equals("resize") || kind.equals("crop");
                boolean number = kind.equals("mean") || kind.equals("deviation");
                if (!(size && SIZE.matcher(value).matches()) && !(number && NUMBERS.matcher(value).matches())) {
                    throw new IllegalArgumentException("'" + word + "' is no word of " + KEY);
                }
            }
            if (kinds.put(kind, value) != null) {
                throw new IllegalArgumentException("'" + word + "' comes after another " + kind);
            }
        }
        return kinds;
    }

    private static Matcher sides(String text) {
        Matcher matcher = SIZE.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is no size");
        }
        return matcher;
    }

    private static int side(Matcher sides, int group) {
        int side = Integer.parseInt(sides.group(group));
        if (side > MAX_SIDE) {
            throw new IllegalArgumentException("sides are 1 to " + MAX_SIDE + " pixels, not " + side);
        }
        return side;
    }

    private float[] numbers(String text, boolean mayBeZeroOrLess) {
        String[] parts = text.split(",");
        if (parts.length != 1 && parts.length != channels()) {
            throw new IllegalArgumentException(parts.length + " numbers for " + channels() + " channel(s)");
        }
        float[] numbers = new float[parts.length];
        for (int i = 0; i < parts.length; ++i) {
            float number = (float) Double.parseDouble(parts[i]);
            float size = mayBeZeroOrLess ? Math.abs(number) : number;
            if (!(mayBeZeroOrLess && number == 0) && !(size >= SMALLEST && size <= LARGEST)) {
                throw new IllegalArgumentException("the number " + parts[i] + " is out of its range");
            }
            numbers[i] = number == 0 ? 0 : number;
        }
        return numbers;
    }
}
