/** Longer messages are no requests: nobody asks for storage work in two pages. Characters after cleaning. */
export const LONGEST_REQUEST = 600;

const EMOJI = /:[a-z+-][a-z0-9_+'-]*:|[\p{Extended_Pictographic}\u{1F1E6}-\u{1F1FF}\u{1F3FB}-\u{1F3FF}\uFE0F\u20E3]/giu;

/**
 * What a person typed, as plain text: Slack's markup opened, escapes undone, emoji and invisible characters gone,
 * typographic quotes and dashes as their ASCII cousins. Line breaks stay. Never throws.
 */
export function clean(text: string): string {
  return slackMarkup(text)
    .replace(/\p{Surrogate}/gu, " ")
    .normalize("NFKC")
    .replace(/[\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF\u00AD\u061C\u034F\uFE00-\uFE0F]/gu, "")
    .replace(/\r\n?|[\u2028\u2029\u0085]/gu, "\n")
    .replace(/[^\S\n]|[\p{Cc}\p{Cf}\p{Co}\p{Cn}]/gu, (each) => (each === "\n" ? each : " "))
    .replace(/[\u2018\u2019\u201A\u201B\u02BC\u2032\u00B4]/gu, "'")
    .replace(/[\u201C-\u201F\u00AB\u00BB\u2033\u300C-\u300F]/gu, '"')
    .replace(/[\u2010\u2011\u2212\u00AD]/gu, "-")
    .replace(/[\u2012-\u2015]/gu, " - ")
    .replace(/\u2026|\.{2,}/gu, " ... ")
    .replace(EMOJI, " ")
    .replace(/ {2,}/g, " ")
    .trim();
}

/** Slack sends `<@U1>`, `<#C1|name>`, `<https://x|label>`, `<!here>` and `&amp; &lt; &gt;`; sources: Slack's "Formatting text for app surfaces". */
function slackMarkup(text: string): string {
  return text
    .replace(/<@[UW][A-Z0-9]*(?:\|[^>]*)?>/g, " ")
    .replace(/<#[CG][A-Z0-9]*(?:\|[^>]*)?>/g, " ")
    .replace(/<![^>]*>/g, " ")
    .replace(/<(?:https?|mailto|tel):[^>|]*\|([^>]*)>/g, " $1 ")
    .replace(/<((?:https?|mailto|tel):[^>]*)>/g, " $1 ")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&amp;/g, "&");
}
