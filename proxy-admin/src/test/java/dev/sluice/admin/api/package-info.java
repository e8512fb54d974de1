/** Tests of the admin API, over real sockets. */
@NullMarked
package dev.sluice.admin.api;

import org.jspecify.annotations.NullMarked;
