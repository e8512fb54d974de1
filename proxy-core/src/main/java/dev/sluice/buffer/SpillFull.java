package dev.sluice.buffer;

import java.io.IOException;
import java.io.Serial;

/** The temporary files have as many bytes as all bodies together may have. */
public final class SpillFull extends IOException {
    @Serial
    private static final long serialVersionUID = 1;

    SpillFull(long most) {
        super("temporary files are full: bodies over their memory limit have " + most
                + " bytes together, see --spill-quota");
    }
}
