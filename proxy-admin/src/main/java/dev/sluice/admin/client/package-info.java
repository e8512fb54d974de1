/** The client end of the admin API: HTTP and JSON over the Unix socket, with nothing that is slow to load. */
@NullMarked
package dev.sluice.admin.client;

import org.jspecify.annotations.NullMarked;
