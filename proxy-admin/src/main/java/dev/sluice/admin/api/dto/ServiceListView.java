package dev.sluice.admin.api.dto;

import java.util.List;

/** All services, in the order of their names. */
public record ServiceListView(List<ServiceView> services) {}
