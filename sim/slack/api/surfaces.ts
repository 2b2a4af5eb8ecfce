import { validateBlocks } from "../blockkit/validate.js";
import { validateView } from "../blockkit/view.js";
import { isObj } from "../blockkit/report.js";
import { findString, getString } from "../args.js";
import { SlackError, type Obj, type View } from "../types.js";
import { viewObject } from "../wire.js";
import { memberChannel, type ApiContext, type Method } from "./context.js";

const answer = (context: ApiContext, view: View): Obj => ({ view: viewObject(context.space, view) });

function trigger(args: Obj, context: ApiContext): string {
  const id = findString(args, "trigger_id") ?? findString(args, "interactivity_pointer");
  if (id === undefined) throw new SlackError("invalid_arguments");
  return context.permissions.spendTrigger(id);
}

/** Looks at the view before the trigger is spent, as a caller may correct and try again within its three seconds. */
function checked(args: Obj): unknown {
  const report = validateView(args["view"]);
  if (report.findings.length === 0) return args["view"];
  throw new SlackError("invalid_arguments", { response_metadata: { messages: report.messages() } });
}

const update: Method = (args, context) => {
  const id = findString(args, "view_id");
  const external = findString(args, "external_id");
  const view = id === undefined ? context.views.findExternal(external ?? "") : context.views.find(id);
  if (!view) throw new SlackError("not_found");
  return answer(context, context.views.update(view, args["view"], findString(args, "hash")));
};

const publish: Method = (args, context) => {
  const user = getString(args, "user_id");
  context.space.getUser(user);
  return answer(context, context.views.publish(user, args["view"], findString(args, "hash")));
};

const validate: Method = (args) => {
  const given = ["blocks", "message", "view"].filter((key) => args[key] !== undefined);
  if (given.length !== 1) throw new SlackError("invalid_arguments");
  const message = args["message"];
  const report =
    args["view"] !== undefined
      ? validateView(args["view"])
      : validateBlocks(isObj(message) ? message["blocks"] : args["blocks"], "message");
  if (report.findings.length === 0) return {};
  throw new SlackError(`invalid_${given[0]}`, {
    errors: report.findings,
    response_metadata: { messages: report.messages() },
  });
};

const react: Method = (args, context) => {
  const channel = memberChannel(args, context);
  const message = context.space.findMessage(channel.id, findString(args, "timestamp") ?? "");
  if (!message) throw new SlackError("message_not_found");
  const name = getString(args, "name").replace(/:/g, "");
  const bot = context.space.world.bot.userId;
  message.reactions ??= [];
  let reaction = message.reactions.find((each) => each.name === name);
  if (!reaction) message.reactions.push((reaction = { name, users: [] }));
  if (reaction.users.includes(bot)) throw new SlackError("already_reacted");
  reaction.users.push(bot);
  context.space.changed(message);
  return {};
};

const unreact: Method = (args, context) => {
  const channel = memberChannel(args, context);
  const message = context.space.findMessage(channel.id, findString(args, "timestamp") ?? "");
  if (!message) throw new SlackError("message_not_found");
  const bot = context.space.world.bot.userId;
  const reaction = message.reactions?.find(
    (each) => each.name === findString(args, "name") && each.users.includes(bot),
  );
  if (!reaction) throw new SlackError("no_reaction");
  reaction.users = reaction.users.filter((each) => each !== bot);
  message.reactions = message.reactions?.filter((each) => each.users.length > 0) ?? [];
  context.space.changed(message);
  return {};
};

const uploadUrl: Method = (args, context) => {
  const id = context.space.newId("F");
  const name = getString(args, "filename");
  if (!(Number(args["length"]) > 0)) throw new SlackError("invalid_arguments");
  context.space.files.set(id, { id, name, title: name, size: Number(args["length"]), uploaded: false });
  return { upload_url: `${context.origin()}/upload/${id}`, file_id: id };
};

const completeUpload: Method = (args, context) => {
  const list = Array.isArray(args["files"]) ? args["files"].filter(isObj) : [];
  if (list.length === 0) throw new SlackError("invalid_arguments");
  const files = list.map((each) => {
    const file = context.space.files.get(String(each["id"]));
    if (!file || file["uploaded"] !== true) throw new SlackError("file_not_found");
    if (typeof each["title"] === "string") file["title"] = each["title"];
    const { data: _bytes, ...shown } = file;
    return shown;
  });
  const target = findString(args, "channel_id");
  if (target === undefined) return { files };
  const channel = memberChannel({ channel: target }, context);
  const threadTs = findString(args, "thread_ts");
  const text = findString(args, "initial_comment") ?? "";
  const message = context.posts.byBot(channel.id, { text }, threadTs === undefined ? {} : { threadTs });
  message.files = files;
  context.space.changed(message);
  return { files };
};

const setStatus: Method = (args, context) => {
  const channel = context.space.getChannel(findString(args, "channel_id") ?? "");
  const status = findString(args, "status") ?? "";
  context.space.tell({ type: "typing", channel: channel.id, thread_ts: findString(args, "thread_ts") ?? "", status });
  return {};
};

export const surfaceMethods: { readonly [name: string]: Method } = {
  "views.open": (args, context) => {
    const view = checked(args);
    return answer(context, context.views.open(trigger(args, context), view));
  },
  "views.push": (args, context) => {
    const view = checked(args);
    return answer(context, context.views.push(trigger(args, context), view));
  },
  "views.update": update,
  "views.publish": publish,
  "blocks.validate": validate,
  "reactions.add": react,
  "reactions.remove": unreact,
  "files.getUploadURLExternal": uploadUrl,
  "files.completeUploadExternal": completeUpload,
  "files.info": (args, context) => {
    const file = context.space.files.get(getString(args, "file"));
    if (!file) throw new SlackError("file_not_found");
    const { data: _bytes, ...shown } = file;
    return { file: shown };
  },
  "assistant.threads.setStatus": setStatus,
};
