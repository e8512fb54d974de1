package dev.sluice.admin.api.dto;

/** The body of a request that takes none: nothing at all, or an object without fields. */
public record EmptyRequest() {}
