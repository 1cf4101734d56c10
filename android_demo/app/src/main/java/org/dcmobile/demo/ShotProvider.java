package org.dcmobile.demo;

import android.content.ContentProvider;
import android.content.ContentValues;
import android.database.Cursor;
import android.net.Uri;
import android.os.ParcelFileDescriptor;
import java.io.FileNotFoundException;

/** Lets the camera app write the photo into one file of this app, which the intent grants; there is nothing else to get. */
public final class ShotProvider extends ContentProvider {
    static final Uri PHOTO = Uri.parse("content://org.dcmobile.demo.shot/photo");

    @Override
    public boolean onCreate() {
        return true;
    }

    @Override
    public ParcelFileDescriptor openFile(Uri uri, String mode) throws FileNotFoundException {
        if (!uri.equals(PHOTO)) {
            throw new FileNotFoundException(uri.toString());
        }
        return ParcelFileDescriptor.open(PictureFile.shot(getContext()), ParcelFileDescriptor.parseMode(mode));
    }

    @Override
    public String getType(Uri uri) {
        return uri.equals(PHOTO) ? "image/jpeg" : null;
    }

    @Override
    public Cursor query(Uri uri, String[] columns, String selection, String[] arguments, String order) {
        return null;
    }

    @Override
    public Uri insert(Uri uri, ContentValues values) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int delete(Uri uri, String selection, String[] arguments) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int update(Uri uri, ContentValues values, String selection, String[] arguments) {
        throw new UnsupportedOperationException();
    }
}
