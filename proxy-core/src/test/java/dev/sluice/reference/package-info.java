/**
 * HTTP/1 read by Netty's codec behind strict guards: what Sluice's own reading is compared with. What both agree on is not
 * for that reason right, but where they differ somebody has to say why.
 */
package dev.sluice.reference;
