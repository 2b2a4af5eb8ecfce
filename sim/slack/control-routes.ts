import type { Control } from "./control.js";
import type { Aim } from "./interactions.js";
import type { Reply, Request } from "./server.js";
import { SlackError, type Fault, type Obj } from "./types.js";

const ok = (body: Obj = {}): Reply => ({ status: 200, body: { ok: true, ...body } });

type Route = (control: Control, body: Obj, query: { [key: string]: string }) => Reply | Promise<Reply>;

const as = <T>(body: Obj): T => body as T;
const asked = async (result: Promise<Obj>): Promise<Reply> => ({ status: 200, body: await result });

/** `/_control/*` of the contract, and what the page needs beside it. */
const routes: { readonly [route: string]: Route } = {
  "POST message": (control, body) => asked(control.message(as(body))),
  "POST command": (control, body) => asked(control.command(as(body))),
  "POST click": (control, body) => asked(control.click(as<Aim & Obj>(body))),
  "POST submit": (control, body) => asked(control.submit(as(body))),
  "POST close": (control, body) => asked(control.closeView(as(body))),
  "POST options": (control, body) => asked(control.options(as<Aim & Obj>(body))),
  "GET messages": (control, _body, query) => ok({ messages: control.messages(query) }),
  "GET views": (control, _body, query) => ok({ views: control.views(query) }),
  "GET home": async (control, _body, query) => {
    const user = query["user"] ?? "";
    const home = query["open"] === "false" ? control.home(user) : await control.openHome(user);
    return ok({ home, view: home });
  },
  "POST faults": (control, body) => {
    control.faults(body as Fault);
    return ok();
  },
  "POST group": (control, body) => {
    control.group(as(body));
    return ok();
  },
  "POST channel": (control, body) => {
    control.channel(as(body));
    return ok();
  },
  "GET log": (control) => ok({ calls: control.log() }),
  "POST reset": (control) => {
    control.reset();
    return ok();
  },
};

/** Answers one control call; what a person did wrong is `{ok:false,error}` with status 200, an unknown call is 404. */
export async function serveControl(name: string, control: Control, request: Request): Promise<Reply> {
  const route = routes[`${request.method} ${name}`];
  if (!route) return { status: 404, body: { ok: false, error: "no_such_control", routes: Object.keys(routes) } };
  let body: Obj;
  try {
    body = request.body.length === 0 ? {} : (JSON.parse(request.body.toString("utf8")) as Obj);
  } catch {
    return { status: 400, body: { ok: false, error: "body_is_not_json" } };
  }
  try {
    return await route(control, body, Object.fromEntries(request.query));
  } catch (error) {
    if (error instanceof SlackError) return { status: 200, body: { ok: false, error: error.code, ...error.more } };
    throw error;
  }
}
