/** JSON read into plain values and written from them, over Gson's streaming reader and writer. */
@NullMarked
package dev.sluice.json;

import org.jspecify.annotations.NullMarked;
