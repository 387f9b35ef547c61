"""Text put together piece by piece: a table in HTML, then escaped characters one at a time."""

ESCAPES = {"<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;"}


def escape(text):
    out = ""
    for char in text:
        out += ESCAPES.get(char, char)
    return out


def table(rows, columns):
    parts = ["<table>"]
    for row in range(rows):
        parts.append("<tr>")
        for column in range(columns):
            value = row * column
            parts.append(f"<td class='c{column}'>{value:04d} & {value / 7:.3f}</td>")
        parts.append("</tr>")
    parts.append("</table>")
    return "".join(parts)


# --- timed ---
html = table(650, 12)
escaped = escape(html)
checksum = (len(html), len(escaped), "%s/%d" % (escaped[:40], escaped.count("&")))
