/** The admin API: HTTP and JSON on a Unix socket, by which the command line and deploy tools drive the daemon. */
@NullMarked
package dev.sluice.admin.api;

import org.jspecify.annotations.NullMarked;
