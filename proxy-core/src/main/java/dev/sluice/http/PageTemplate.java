package dev.sluice.http;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * One error page: the part of Go's html/template that has a meaning with nothing but a message to show, that is
 * {@code {{ .Message }}}, {@code {{ if .Message }} … {{ else }} … {{ end }}}, comments and trim markers. Immutable.
 */
final class PageTemplate {
    private static final String OPEN = "{{";
    private static final String CLOSE = "}}";

    private final String withoutMessage;
    // The message goes between one and the next.
    private final List<String> aroundMessage;

    private PageTemplate(String withoutMessage, List<String> aroundMessage) {
        this.withoutMessage = withoutMessage;
        this.aroundMessage = List.copyOf(aroundMessage);
    }

    /**
     * Compiles a page.
     *
     * @param name the file, for errors
     * @throws ErrorPagesUnusable at what is no template, or more of one than there is here
     */
    static PageTemplate parse(String name, String text) throws ErrorPagesUnusable {
        return new Parser(name, text).parse();
    }

    String render(String message) {
        return message.isEmpty() ? withoutMessage : String.join(HtmlText.escape(message), aroundMessage);
    }

    // Both outcomes are written side by side: with a message, and without.
    private static final class Parser {
        private final String name;
        private final String text;
        private final StringBuilder without = new StringBuilder();
        private final List<String> around = new ArrayList<>();
        private StringBuilder with = new StringBuilder();
        private final Deque<Condition> conditions = new ArrayDeque<>();
        private int at;

        // An {{ if }} that is open, and in which of its branches the text is.
        private record Condition(int position, boolean otherwise) {}

        Parser(String name, String text) {
            this.name = name;
            this.text = text;
        }

        PageTemplate parse() throws ErrorPagesUnusable {
            boolean trimStart = false;
            int open = text.indexOf(OPEN);
            while (open >= 0) {
                int inside = open + OPEN.length();
                boolean trimEnd = text.startsWith("-", inside) && blankAt(inside + 1);
                write(text.substring(at, open), trimStart, trimEnd);
                int close = endOfAction(open, trimEnd ? inside + 1 : inside);
                trimStart = close - 2 >= inside && text.charAt(close - 1) == '-' && blankAt(close - 2);
                String action = text.substring(trimEnd ? inside + 1 : inside, trimStart ? close - 1 : close);
                apply(action.strip(), open);
                at = close + CLOSE.length();
                open = text.indexOf(OPEN, at);
            }
            write(text.substring(at), trimStart, false);
            if (!conditions.isEmpty()) {
                throw wrong(conditions.peek().position(), "this {{ if }} has no {{ end }}");
            }
            around.add(with.toString());
            return new PageTemplate(without.toString(), around);
        }

        // A comment may hold the closing braces, other actions end at the first.
        private int endOfAction(int open, int from) throws ErrorPagesUnusable {
            int start = from;
            while (blankAt(start)) {
                start++;
            }
            if (text.startsWith("/*", start)) {
                int comment = text.indexOf("*/", start + 2);
                start = comment < 0 ? text.length() : comment;
            }
            int close = text.indexOf(CLOSE, start);
            if (close < 0) {
                throw wrong(open, "this {{ is not closed by }}");
            }
            return close;
        }

        private void apply(String action, int position) throws ErrorPagesUnusable {
            switch (action) {
                case ".Message" -> message();
                case "if .Message" -> conditions.push(new Condition(position, false));
                case "else" -> {
                    if (conditions.isEmpty() || conditions.peek().otherwise()) {
                        throw wrong(position, "this {{ else }} belongs to no {{ if }}");
                    }
                    conditions.push(new Condition(conditions.pop().position(), true));
                }
                case "end" -> {
                    if (conditions.isEmpty()) {
                        throw wrong(position, "this {{ end }} belongs to no {{ if }}");
                    }
                    conditions.pop();
                }
                default -> {
                    if (!(action.startsWith("/*") && action.endsWith("*/") && action.length() >= 4)) {
                        throw wrong(
                                position,
                                "{{ " + action + " }} is not supported: there is {{ .Message }}, {{ if .Message }},"
                                        + " {{ else }}, {{ end }} and {{/* comment */}}");
                    }
                }
            }
        }

        private void message() {
            if (shownWith()) {
                around.add(with.toString());
                with = new StringBuilder();
            }
        }

        private void write(String literal, boolean trimStart, boolean trimEnd) {
            String kept = trimStart ? literal.stripLeading() : literal;
            kept = trimEnd ? kept.stripTrailing() : kept;
            if (shownWith()) {
                with.append(kept);
            }
            if (conditions.stream().allMatch(Condition::otherwise)) {
                without.append(kept);
            }
        }

        private boolean shownWith() {
            return conditions.stream().noneMatch(Condition::otherwise);
        }

        private boolean blankAt(int index) {
            return index < text.length() && " \t\r\n".indexOf(text.charAt(index)) >= 0;
        }

        private ErrorPagesUnusable wrong(int position, String what) {
            int line = 1;
            int lineStart = 0;
            for (int i = 0; i < position; i++) {
                if (text.charAt(i) == '\n') {
                    line++;
                    lineStart = i + 1;
                }
            }
            return new ErrorPagesUnusable(name + ":" + line + ":" + (position - lineStart + 1) + ": " + what);
        }
    }
}
