import { z } from "zod";
import { igroupText } from "../byHand/luns.js";
import { defineStep, shown } from "../define.js";
import { listed } from "../inventory.js";
import { changes, igroupResource } from "../resources.js";

const input = z.object({
  cluster: z.string(),
  svm: z.string(),
  igroup: z.string(),
  protocol: z.enum(["iscsi", "fcp"]),
  initiators: z.array(z.string()).min(1),
  host: z.string(),
});
type Input = z.infer<typeof input>;

/** An igroup with all of a host's initiators. One that is there with all of them is used and left. */
export const hostIgroup = defineStep<Input, Record<string, never>>({
  effect: "change",
  input,
  output: z.object({}).strict(),
  describe: (given) =>
    `Have igroup ${shown(given.igroup, "?")} for ${shown(given.host, "?")} on ${shown(given.cluster, "?")} (${shown(given.protocol, "?")}: ${listed(z.array(z.string()).parse(given.initiators))})`,
  touches: (given) => [
    changes(igroupResource(shown(given.cluster, "?"), shown(given.svm, "?"), shown(given.igroup, "?"))),
  ],
  probe: async (given, on) => {
    const found = await on.ontap(given.cluster).igroups.findByName(given.svm, given.igroup);
    if (!found) return { found: "absent" };
    const has = new Set(found.initiators.map((each) => each.toLowerCase()));
    return given.initiators.every((each) => has.has(each.toLowerCase()))
      ? { found: "done", output: {} }
      : {
          found: "foreign",
          what: `An igroup ${given.igroup} is on ${given.cluster} without all initiators of ${given.host}`,
        };
  },
  run: async (given, on) => {
    const { svm, igroup: name, protocol, initiators } = given;
    await on.ontap(given.cluster).igroups.create({ svm, name, protocol, initiators });
  },
  writes: "igroups",
  handOff: (given) =>
    igroupText(
      shown(given.svm, "?"),
      shown(given.igroup, "?"),
      shown(given.protocol, "?"),
      z.array(z.string()).parse(given.initiators),
    ),
  undo: {
    describe: (given) => `igroup ${shown(given.igroup, "?")} is removed again`,
    run: async (given, _past, on) => {
      const array = on.ontap(given.cluster);
      const found = await array.igroups.findByName(given.svm, given.igroup);
      if (found && (await array.lunMaps.list({ svm: given.svm, igroup: given.igroup })).length === 0)
        await array.igroups.delete(found.uuid);
    },
  },
});
