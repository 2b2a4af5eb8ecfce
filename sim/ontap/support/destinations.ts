import { accepts, needText, text, texts, word } from "../kernel/body.js";
import { ApiError, notFound, nothingToChange } from "../kernel/errors.js";
import { fieldTable } from "../kernel/fields.js";
import type { Rec } from "../kernel/records.js";
import type { Collection, Ctx, Outcome, Write } from "../kernel/route.js";
import type { EmsDestinationState } from "../state.js";

const PATH = "/support/ems/destinations";
const fields = fieldTable("name type destination filters.name system_defined");

/** Where events are sent to; the simulator keeps them and sends nothing. */
export const emsDestinations: Collection = {
  path: PATH,
  keys: ["name"],
  clusterOnly: true,
  fields,
  list: ({ cluster }) => cluster.emsDestinations.map((each) => ({ key: each.name, view: () => view(each) })),
};

const view = (each: EmsDestinationState): Rec => ({
  name: each.name,
  type: each.type,
  destination: each.destination,
  filters: each.filters.map((name) => ({ name })),
  system_defined: false,
});

function create({ body, cluster }: Ctx): Outcome {
  const name = needText(body, "name");
  if (cluster.emsDestinations.some((each) => each.name === name))
    throw new ApiError(1, `Destination "${name}" already exists.`, 409, "name");
  const made: EmsDestinationState = {
    name,
    type: word({ type: needText(body, "type") }, "type", ["rest_api", "syslog", "email"]) ?? "rest_api",
    destination: needText(body, "destination"),
    filters: texts(body, "filters") ?? [],
  };
  cluster.emsDestinations.push(made);
  return { done: true, location: `/api${PATH}/${encodeURIComponent(name)}`, record: view(made) };
}

function at({ cluster, params }: Ctx): EmsDestinationState {
  const found = cluster.emsDestinations.find((each) => each.name === params["name"]);
  if (!found) throw notFound("name");
  return found;
}

export const destinationWrites: readonly Write[] = [
  {
    method: "POST",
    path: PATH,
    reply: "sync",
    clusterOnly: true,
    body: accepts("name type destination filters.name"),
    readable: fields,
    errors: [1],
    run: create,
  },
  {
    method: "PATCH",
    path: `${PATH}/{name}`,
    reply: "sync",
    clusterOnly: true,
    body: accepts("destination filters.name"),
    readable: fields,
    errors: [4],
    run: (ctx) => {
      const one = at(ctx);
      if (Object.keys(ctx.body).length === 0) throw nothingToChange();
      one.destination = text(ctx.body, "destination") ?? one.destination;
      one.filters = texts(ctx.body, "filters") ?? one.filters;
      return { done: true };
    },
  },
  {
    method: "DELETE",
    path: `${PATH}/{name}`,
    reply: "sync",
    clusterOnly: true,
    errors: [4],
    run: (ctx) => {
      const one = at(ctx);
      ctx.cluster.emsDestinations = ctx.cluster.emsDestinations.filter((each) => each !== one);
      return { done: true };
    },
  },
];
