/**
 * The domain: services, targets, routing, deploys. Plain Java without Netty: the data plane reads its immutable
 * snapshots from event loops, the control plane changes them from virtual threads.
 */
@NullMarked
package dev.sluice.service;

import org.jspecify.annotations.NullMarked;
