import { equal, reads, remains, type Scenario } from "./scenario.js";

export const trouble: readonly Scenario[] = [
  {
    name: "6 a path lost during a clone and during I/O, and back: the work goes on and both paths are used again",
    run: async (on) => {
      const { people, training } = on;
      await training.link(2, "down");
      reads(await people.done("clone prod volume for training"), /Done in/);
      await training.must("dd if=/dev/urandom of=/epic/trn/one bs=1M count=4 oflag=direct status=none");
      await training.link(2, "up");
      reads(await people.done("release the training clone"), /Done in/);
      equal(await remains(training), {}, "the host");
      reads(await people.done("clone prod volume for training"), /Done in/);
      const writer = training.must(
        "for i in $(seq 12); do dd if=/dev/urandom of=/epic/trn/two bs=1M count=1 oflag=direct status=none; sleep 0.5; done",
      );
      await training.link(2, "down");
      await writer;
      await training.link(2, "up");
      await training.must(`for i in $(seq 120); do
        n=$(multipathd show paths raw format '%d %t' | grep -c ' active'); [ "$n" -eq 4 ] && exit 0; sleep 0.5; done; exit 1`);
    },
  },
];
