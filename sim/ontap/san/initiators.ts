import { accepts, has, isNull, list, text } from "../kernel/body.js";
import { ApiError, notFound, nothingToChange } from "../kernel/errors.js";
import { fieldTable } from "../kernel/fields.js";
import { flagOf } from "../kernel/read.js";
import type { Collection, Ctx, Outcome, Write } from "../kernel/route.js";
import { ref } from "../kernel/scope.js";
import { addInitiator, igroupAt, isMapped, mapped } from "./igroups.js";
import { allInitiators, nest, nestedIn, sameInitiator } from "./nesting.js";

function addInitiators(ctx: Ctx): Outcome {
  const igroup = igroupAt(ctx, "igroup.uuid");
  const before = [...igroup.initiators];
  try {
    for (const each of list(ctx.body, "records") ?? [ctx.body]) addInitiator(ctx, igroup, each);
  } catch (error) {
    igroup.initiators = before;
    throw error;
  }
  const name = igroup.initiators.at(-1)?.name ?? "";
  const location = `/api/protocols/san/igroups/${igroup.uuid}/initiators/${encodeURIComponent(name)}`;
  return { done: true, location, record: { igroup: ref(igroup), name } };
}

function removeInitiator(ctx: Ctx): Outcome {
  const igroup = igroupAt(ctx, "igroup.uuid");
  const name = ctx.params["name"] ?? "";
  if (!igroup.initiators.some((each) => sameInitiator(each.name, name))) {
    const owner = nestedIn(ctx.cluster, igroup).find((each) =>
      allInitiators(ctx.cluster, each).some((one) => sameInitiator(one, name)),
    );
    if (owner) throw new ApiError(5374041, `Initiator "${name}" is owned by igroup "${owner.name}".`, 400, "name");
    throw new ApiError(5374034, `Initiator "${name}" is not in igroup "${igroup.name}".`, 404, "name");
  }
  if (isMapped(ctx.cluster, igroup) && !flagOf(ctx.query, "allow_delete_while_mapped", false)) throw mapped(igroup);
  igroup.initiators = igroup.initiators.filter((each) => !sameInitiator(each.name, name));
  return { done: true };
}

export const initiators: Collection = {
  path: "/protocols/san/igroups/{igroup.uuid}/initiators",
  keys: ["name"],
  fields: fieldTable("name comment igroup.{uuid,name}"),
  list: (ctx) => {
    const igroup = igroupAt(ctx, "igroup.uuid");
    return igroup.initiators.map((each) => ({
      key: each.name,
      view: () => ({ name: each.name, comment: each.comment || undefined, igroup: ref(igroup) }),
    }));
  },
};

function changeInitiator(ctx: Ctx): Outcome {
  const igroup = igroupAt(ctx, "igroup.uuid");
  const name = ctx.params["name"] ?? "";
  const found = igroup.initiators.find((each) => sameInitiator(each.name, name));
  if (!found) throw notFound("name");
  if (!has(ctx.body, "comment")) throw nothingToChange();
  found.comment = isNull(ctx.body, "comment") ? "" : (text(ctx.body, "comment") ?? "");
  return { done: true };
}

/** Igroups nested in an igroup. */
export const nestedIgroups: Collection = {
  path: "/protocols/san/igroups/{igroup.uuid}/igroups",
  keys: ["uuid"],
  fields: fieldTable("uuid name comment igroup.{uuid,name}"),
  list: (ctx) => {
    const igroup = igroupAt(ctx, "igroup.uuid");
    return nestedIn(ctx.cluster, igroup).map((each) => ({
      key: each.uuid,
      view: () => ({ ...ref(each), comment: each.comment || undefined, igroup: ref(igroup) }),
    }));
  },
};

function addNested(ctx: Ctx): Outcome {
  const igroup = igroupAt(ctx, "igroup.uuid");
  const before = igroup.nested;
  try {
    const added = (list(ctx.body, "records") ?? [ctx.body]).map((each) => nest(ctx, igroup, each));
    const last = added.at(-1);
    const location = `/api/protocols/san/igroups/${igroup.uuid}/igroups/${last?.uuid ?? ""}`;
    return { done: true, location, record: { igroup: ref(igroup), ...(last ? ref(last) : {}) } };
  } catch (error) {
    igroup.nested = before;
    throw error;
  }
}

function removeNested(ctx: Ctx): Outcome {
  const igroup = igroupAt(ctx, "igroup.uuid");
  const uuid = ctx.params["uuid"] ?? "";
  if (!igroup.nested?.includes(uuid)) throw notFound();
  if (isMapped(ctx.cluster, igroup) && !flagOf(ctx.query, "allow_delete_while_mapped", false)) throw mapped(igroup);
  igroup.nested = igroup.nested.filter((each) => each !== uuid);
  return { done: true };
}

export const initiatorWrites: readonly Write[] = [
  {
    method: "POST",
    path: "/protocols/san/igroups/{igroup.uuid}/initiators",
    reply: "sync",
    body: accepts("name comment records.{name,comment}"),
    errors: [5374035, 5373969, 5373971, 5374732, 1254193, 1254324],
    run: addInitiators,
  },
  {
    method: "DELETE",
    path: "/protocols/san/igroups/{igroup.uuid}/initiators/{name}",
    reply: "sync",
    flags: ["allow_delete_while_mapped"],
    errors: [5374034, 5374041, 1254213],
    run: removeInitiator,
  },
  {
    method: "PATCH",
    path: "/protocols/san/igroups/{igroup.uuid}/initiators/{name}",
    reply: "sync",
    body: accepts("comment"),
    errors: [4],
    run: changeInitiator,
  },
  {
    method: "POST",
    path: "/protocols/san/igroups/{igroup.uuid}/igroups",
    reply: "sync",
    body: accepts("name uuid records.{name,uuid}"),
    errors: [1, 5374734, 5374852],
    run: addNested,
  },
  {
    method: "DELETE",
    path: "/protocols/san/igroups/{igroup.uuid}/igroups/{uuid}",
    reply: "sync",
    flags: ["allow_delete_while_mapped"],
    errors: [4, 1254213],
    run: removeNested,
  },
];
