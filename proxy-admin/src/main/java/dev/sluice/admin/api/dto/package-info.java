/** What goes over the admin API's wire: records whose component names in snake case are the JSON's field names. */
@NullMarked
package dev.sluice.admin.api.dto;

import org.jspecify.annotations.NullMarked;
