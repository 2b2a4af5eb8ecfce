import { isObj } from "./blockkit/report.js";
import { validateBlocks } from "./blockkit/validate.js";
import { findString } from "./args.js";
import type { Content } from "./posts.js";
import { SlackError, type Obj } from "./types.js";

const textMax = 40_000;
const attachmentsMax = 100;

/**
 * Reads and checks what a message may carry: blocks against Slack's limits (`invalid_blocks` with the messages Slack sends),
 * total text (`msg_blocks_too_long`), `markdown_text` alone. Text over 40,000 characters is cut, as Slack does.
 */
export function readContent(args: Obj, totalMax: number): Content {
  const markdown = findString(args, "markdown_text");
  if (markdown !== undefined) {
    if (args["text"] !== undefined || args["blocks"] !== undefined) throw new SlackError("markdown_text_conflict");
    if (markdown.length > 12_000) throw new SlackError("msg_too_long");
    return { text: markdown, blocks: [{ type: "markdown", text: markdown }] };
  }
  const text = args["text"];
  if (text !== undefined && typeof text !== "string") throw new SlackError("invalid_arguments");
  const blocks = checkBlocks(args["blocks"], totalMax);
  const { attachments, metadata } = args;
  if (Array.isArray(attachments) && attachments.length > attachmentsMax) throw new SlackError("too_many_attachments");
  for (const each of Array.isArray(attachments) ? attachments : []) {
    if (isObj(each) && each["blocks"] !== undefined) checkBlocks(each["blocks"], totalMax);
  }
  if (metadata !== undefined && (!isObj(metadata) || typeof metadata["event_type"] !== "string")) {
    throw new SlackError("invalid_metadata_format");
  }
  if (metadata !== undefined && JSON.stringify(metadata).length > 8_000) throw new SlackError("metadata_too_large");
  return {
    ...(text === undefined ? {} : { text: text.slice(0, textMax) }),
    ...(blocks === undefined ? {} : { blocks }),
    ...(Array.isArray(attachments) ? { attachments: attachments.filter(isObj) } : {}),
    ...(isObj(metadata) ? { metadata } : {}),
  };
}

function checkBlocks(blocks: unknown, totalMax: number): Obj[] | undefined {
  if (blocks === undefined || blocks === null || blocks === "") return undefined;
  const report = validateBlocks(blocks, "message");
  if (report.findings.length > 0) {
    const once = report.findings.some((each) => each.code === "only_one_table_allowed");
    throw new SlackError(once ? "invalid_attachments" : "invalid_blocks", {
      errors: report.findings.map((each) => `${each.message} [json-pointer:${each.pointer}]`),
      response_metadata: { messages: report.messages() },
    });
  }
  if (report.textTotal > totalMax) throw new SlackError("msg_blocks_too_long");
  return blocks as Obj[];
}
