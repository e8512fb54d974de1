package dev.sluice.admin.api.dto;

import dev.sluice.service.ControlFailure;

/** A field of a request whose value cannot be: of the right type, but missing or out of its range. */
public final class InvalidField extends ControlFailure {
    private static final long serialVersionUID = 1L;

    private final String field;

    InvalidField(String field, String why) {
        super(Kind.INVALID, field + ": " + why);
        this.field = field;
    }

    /** The field's name on the wire. */
    public String field() {
        return field;
    }
}
