package dev.sluice.http;

import dev.sluice.json.JsonEscapes;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Pages for the proxy's own errors: those of an operator's directory over the built-in ones. Compiled when they are
 * loaded; rendering reads no file. Immutable.
 */
public final class ErrorPages {
    public static final ErrorPages BUILT_IN = new ErrorPages(BuiltInPages.all());

    private static final String SUFFIX = ".html";

    private final Map<Integer, PageTemplate> pages;

    private ErrorPages(Map<Integer, PageTemplate> pages) {
        this.pages = Map.copyOf(pages);
    }

    /**
     * Reads the pages of a directory, named {@code <status>.html}. Blocking.
     *
     * @param builtIn pages for the statuses that the directory has none for
     * @throws ErrorPagesUnusable when it has no page, or one that cannot be read or understood
     */
    public static ErrorPages load(Path directory, ErrorPages builtIn) throws ErrorPagesUnusable {
        Map<Integer, PageTemplate> pages = new HashMap<>(builtIn.pages);
        int found = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
            for (Path file : files) {
                found++;
                PageTemplate page = read(file);
                Integer status = statusOf(file);
                if (status != null) {
                    pages.put(status, page);
                }
            }
        } catch (NoSuchFileException e) {
            throw new ErrorPagesUnusable(directory + ": there is no such directory");
        } catch (ErrorPagesUnusable e) {
            throw e;
        } catch (IOException | DirectoryIteratorException e) {
            throw new ErrorPagesUnusable(directory + ": cannot be read: " + e);
        }
        if (found == 0) {
            throw new ErrorPagesUnusable(directory + ": has no file named *" + SUFFIX);
        }
        return new ErrorPages(pages);
    }

    private static PageTemplate read(Path file) throws ErrorPagesUnusable {
        String text;
        try {
            text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new ErrorPagesUnusable(file + ": cannot be read: " + e);
        }
        return PageTemplate.parse(file.toString(), text);
    }

    private static @Nullable Integer statusOf(Path file) {
        String name = String.valueOf(file.getFileName());
        String status = name.substring(0, name.length() - SUFFIX.length());
        return status.length() == 3 && status.chars().allMatch(c -> c >= '0' && c <= '9')
                ? Integer.valueOf(status)
                : null;
    }

    /** The page for a status, with the operator's message (empty for none) escaped into it. */
    public String render(int status, String message) {
        PageTemplate page = pages.get(status);
        return page != null ? page.render(message) : "<h1>" + status + " " + reason(status) + "</h1>";
    }

    /** The same for a client that wants JSON. */
    public static String json(int status, String message) {
        StringBuilder body = new StringBuilder("{\"status\":")
                .append(status)
                .append(",\"error\":\"")
                .append(reason(status))
                .append('"');
        if (!message.isEmpty()) {
            body.append(",\"message\":").append(JsonEscapes.FEWEST.quoted(message));
        }
        return body.append("}\n").toString();
    }

    /** The same for a client that wants plain text. */
    public static String text(int status, String message) {
        String line = status + " " + reason(status) + "\n";
        return message.isEmpty() ? line : line + message + "\n";
    }

    private static String reason(int status) {
        return switch (status) {
            case 413 -> "Content Too Large";
            case 418 -> "I'm a teapot";
            case 503 -> "Service Temporarily Unavailable";
            default -> HttpResponseStatus.valueOf(status).reasonPhrase();
        };
    }
}
