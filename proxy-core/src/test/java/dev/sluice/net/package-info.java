@NullMarked
package dev.sluice.net;

import org.jspecify.annotations.NullMarked;
