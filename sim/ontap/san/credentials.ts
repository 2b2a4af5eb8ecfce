import { accepts, needText, text, word } from "../kernel/body.js";
import { ApiError, missing, notFound, nothingToChange } from "../kernel/errors.js";
import { fieldTable } from "../kernel/fields.js";
import type { Rec } from "../kernel/records.js";
import type { Collection, Ctx, Outcome, Write } from "../kernel/route.js";
import { ref, sees, svmIn } from "../kernel/scope.js";
import type { IscsiCredentialState } from "../state.js";

const fields = fieldTable("svm.{uuid,name} initiator authentication_type chap.{inbound.user,outbound.user}");
const TYPES = ["none", "deny", "chap"] as const;

/** How initiators prove who they are: CHAP secrets are written and never read. */
export const iscsiCredentials: Collection = {
  path: "/protocols/san/iscsi/credentials",
  keys: ["svm.uuid", "initiator"],
  shown: ["svm.name"],
  fields,
  list: (ctx) => visible(ctx).map((each) => ({ key: `${each.svm.uuid}/${each.initiator}`, view: () => view(each) })),
};

const visible = (ctx: Ctx): IscsiCredentialState[] =>
  ctx.cluster.iscsiCredentials.filter((each) => sees(ctx, each.svm));

const view = (each: IscsiCredentialState): Rec => ({
  svm: ref(each.svm),
  initiator: each.initiator,
  authentication_type: each.type,
  chap: {
    inbound: each.inboundUser === undefined ? undefined : { user: each.inboundUser },
    outbound: each.outboundUser === undefined ? undefined : { user: each.outboundUser },
  },
});

function create(ctx: Ctx): Outcome {
  const { body, cluster } = ctx;
  const svm = svmIn(ctx);
  const initiator = needText(body, "initiator").toLowerCase();
  if (cluster.iscsiCredentials.some((each) => each.svm === svm && each.initiator === initiator))
    throw new ApiError(1, `Initiator "${initiator}" has credentials already.`, 409, "initiator");
  const made: IscsiCredentialState = { svm, initiator, type: word(body, "authentication_type", TYPES) ?? "none" };
  change(made, body);
  cluster.iscsiCredentials.push(made);
  const location = `/api/protocols/san/iscsi/credentials/${svm.uuid}/${encodeURIComponent(initiator)}`;
  return { done: true, location, record: view(made) };
}

function change(each: IscsiCredentialState, body: Rec): void {
  each.type = word(body, "authentication_type", TYPES) ?? each.type;
  each.inboundUser = text(body, "chap.inbound.user") ?? each.inboundUser;
  each.outboundUser = text(body, "chap.outbound.user") ?? each.outboundUser;
  if (each.type === "chap" && each.inboundUser === undefined) throw missing("chap.inbound.user");
}

function found(ctx: Ctx): IscsiCredentialState {
  const { params } = ctx;
  const wanted = (params["initiator"] ?? "").toLowerCase();
  const one = visible(ctx).find((each) => each.svm.uuid === params["svm.uuid"] && each.initiator === wanted);
  if (!one) throw notFound("initiator");
  return one;
}

const PATH = "/protocols/san/iscsi/credentials";
const CHAP = "authentication_type chap.{inbound.{user,password},outbound.{user,password}}";

export const credentialWrites: readonly Write[] = [
  {
    method: "POST",
    path: PATH,
    reply: "sync",
    body: accepts(`svm.{name,uuid} initiator ${CHAP}`),
    errors: [1],
    run: create,
  },
  {
    method: "PATCH",
    path: `${PATH}/{svm.uuid}/{initiator}`,
    reply: "sync",
    body: accepts(CHAP),
    errors: [4],
    run: (ctx) => {
      const one = found(ctx);
      if (Object.keys(ctx.body).length === 0) throw nothingToChange();
      change(one, ctx.body);
      return { done: true };
    },
  },
  {
    method: "DELETE",
    path: `${PATH}/{svm.uuid}/{initiator}`,
    reply: "sync",
    errors: [4],
    run: (ctx) => {
      const one = found(ctx);
      ctx.cluster.iscsiCredentials = ctx.cluster.iscsiCredentials.filter((each) => each !== one);
      return { done: true };
    },
  },
];
