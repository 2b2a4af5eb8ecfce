import { attachText } from "./scripts/attach.js";
import { buildText, unbuildText } from "./scripts/build.js";
import { checkText } from "./scripts/check.js";
import { detachText } from "./scripts/detach.js";
import { forgetText } from "./scripts/forget.js";
import { freezeText, frozenText, thawText } from "./scripts/freeze.js";
import { inspectText } from "./scripts/inspect.js";
import { prepareText, readyText, unprepareText } from "./scripts/prepare.js";
import { quiescedText, quiesceText, reactivateText } from "./scripts/quiesce.js";
import { ticketText } from "./scripts/ticket.js";

/** Every script text the product can send to a host. Calls differ only in their environment. */
export const everyScript = (): readonly { readonly name: string; readonly text: string }[] => [
  { name: "attach", text: attachText },
  { name: "build", text: buildText },
  { name: "check", text: checkText },
  { name: "detach", text: detachText },
  { name: "forget", text: forgetText },
  { name: "freeze", text: freezeText },
  { name: "frozen", text: frozenText },
  { name: "inspect", text: inspectText },
  { name: "prepare", text: prepareText },
  { name: "quiesce", text: quiesceText },
  { name: "quiesced", text: quiescedText },
  { name: "reactivate", text: reactivateText },
  { name: "ready", text: readyText },
  { name: "thaw", text: thawText },
  { name: "ticket", text: ticketText },
  { name: "unbuild", text: unbuildText },
  { name: "unprepare", text: unprepareText },
];
