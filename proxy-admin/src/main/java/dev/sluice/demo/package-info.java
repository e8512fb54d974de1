/** {@code sluice demo}: the main job, shown on sample apps with real traffic. */
@NullMarked
package dev.sluice.demo;

import org.jspecify.annotations.NullMarked;
