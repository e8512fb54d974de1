/** Certificates and what a TLS handshake needs of them. */
@NullMarked
package dev.sluice.tls;

import org.jspecify.annotations.NullMarked;
