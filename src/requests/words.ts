import { phrase, type Phrase } from "./phrase.js";

/**
 * The lexicon. A word in a runbook's `says` stands for every phrase of its class here; a word without a class stands for itself.
 * Verbs are given in their base form; `verb` adds "would you mind …ing" and "need … done", and nothing else: "we restored prod" and
 * "he restores prod" are no requests because no phrase here says so.
 */

const IRREGULAR: Readonly<Record<string, readonly [done: string, doing: string]>> = {
  bring: ["brought", "bringing"], get: ["gotten", "getting"], take: ["taken", "taking"], make: ["made", "making"], set: ["set", "setting"],
  put: ["put", "putting"], spin: ["spun", "spinning"], give: ["given", "giving"], tear: ["torn", "tearing"], shut: ["shut", "shutting"],
  rewind: ["rewound", "rewinding"], undo: ["undone", "undoing"], stop: ["stopped", "stopping"], snap: ["snapped", "snapping"],
  drop: ["dropped", "dropping"], build: ["built", "building"], stand: ["stood", "standing"], let: ["let", "letting"], keep: ["kept", "keeping"],
  hold: ["held", "holding"], run: ["run", "running"], send: ["sent", "sending"], cut: ["cut", "cutting"], throw: ["thrown", "throwing"],
  begin: ["begun", "beginning"], kick: ["kicked", "kicking"], cap: ["capped", "capping"], prep: ["prepped", "prepping"], do: ["done", "doing"],
  wipe: ["wiped", "wiping"], reset: ["reset", "resetting"], grab: ["grabbed", "grabbing"], trash: ["trashed", "trashing"], free: ["freed", "freeing"],
};

/** Past participle and gerund of a verb's base form. */
export function inflect(base: string): readonly [done: string, doing: string] {
  const irregular = IRREGULAR[base];
  if (irregular) return irregular;
  if (base.endsWith("e")) return [`${base}d`, `${base.slice(0, -1)}ing`];
  if (/[^aeiou]y$/.test(base)) return [`${base.slice(0, -1)}ied`, `${base}ing`];
  return [`${base}ed`, `${base}ing`];
}

/** A verb's phrases: said plainly, after "would you mind", and as what somebody needs done. */
function verb(...bases: string[]): string[] {
  return bases.flatMap((base) => {
    const [first = "", ...rest] = base.split(" ");
    const tail = rest.length === 0 ? "" : ` ${rest.join(" ")}`;
    return first.split("|").flatMap((each) => {
      const [done, doing] = inflect(each);
      const particle = rest.at(-1) === undefined || rest.includes("…") ? tail : ` … ${rest.join(" ")}`;
      return [
        `${each}${tail}`, ...(tail !== "" && !tail.includes("…") && /^(?: (?:up|down|back|over|off|on|out))$/.test(tail) ? [`${each}${particle}`] : []),
        `would|do you mind please? ${doing}${tail}`,
        `need|want|require … ${done}${tail.replace(" …", "")}`,
        `would|should like … ${done}${tail.replace(" …", "")}`,
        `get|have … ${done}${tail.replace(" …", "")}`,
      ];
    });
  });
}

/** "do a restore", "kick off the drill": a noun for the act, with the verb that goes before it. */
const act = (...nouns: string[]): string[] =>
  nouns.flatMap((noun) => [
    `do|run|start|perform|make|initiate|trigger|execute|launch|begin|schedule|request|need|want|require a|an|the|one|another? ${noun}`,
    `kick off a|an|the|another? ${noun}`,
    `would|should like to? have|get|do|run|request? a|an|another|the? ${noun}`,
    `get|have|carry out a|an|the|another? ${noun}`,
  ]);

const COPY = "clone|copy|flexclone|duplicate|replica|thin-clone";
const A = "a|an|one|another|some|the? more? other|second|third? new|writable|thin|separate|quick|temporary|little? working?";

export const WORDS: Readonly<Record<string, readonly string[]>> = {
  // acts on clones
  clone: [
    ...verb("clone", "copy", "duplicate", "flexclone", "spin up", "provision", "stand up"),
    `make|create|build|take|cut|get|give|provide|prepare|want|need|require|provision|use|order|request|arrange|produce|generate|set|spin|stand|put|mount|attach|present|bring|deploy|restore? ${A} ${COPY}`,
    `spin|stand|set|bring up ${A} ${COPY}`,
    `spin|stand|set|bring up … ${COPY}`,
    `spin|stand|set|bring … ${COPY} … up`,
    `spin|stand|set|bring … ${COPY} up`,
    `make|create|build|take|cut|get|give|provide|prepare|want|need|require|provision|hand|spin|stand|put|mount|set|load|fill|populate|supply … a|an|one|another|with|up new|writable|thin? ${COPY}`,
    `would|could|will like|use|love|need ${A} ${COPY}`,
    `make|create|build|take|cut|get|give|provide|prepare|want|need|require|provision|hand|spin|stand|put|mount|set|load … ${COPY}`,
    `${COPY}`, "cloning", "clone a|the copy",
  ],
  mount: [...verb("mount", "load", "put", "attach", "present", "set up", "populate", "fill", "supply", "deploy"), "need|want|require", "would like to? have?", "would|could use", "can|could|may i|we please? have|get", "make … look like|as", "will need"],
  "fresh clone": [
    `make|create|build|take|cut|get|give|provide|prepare|want|need|require|have|provision|use? me|us? a|an|the? fresh|up-to-date|brand-new ${COPY}`,
    `give|get|make|provision … a? fresh ${COPY}`,
    `would|could like|use a fresh ${COPY}`,
  ],
  release: [
    ...verb("release", "free up", "free", "let go of", "give back", "hand back", "get rid of", "dispose of", "return"),
    "i|we am|are? all? done|finished|through|ready with", "no longer need|require|use", "do not need … any? more|longer", "do not need … anymore",
    "i|we have finished with", "done|finished with", "no need|use for … any? more|longer", "can be released|freed", "no longer needed",
    "is|are not needed anymore", "is|are not needed any more|longer", "is|are no longer needed|used|required", "can go now?", "not needed anymore", "not needed any more|longer",
  ],
  remove: [...verb("remove", "delete", "drop", "destroy", "tear down", "discard", "clean up", "wipe", "trash", "throw away", "kill", "terminate", "decommission", "retire", "end", "tidy up")],
  "the clone": ["a|an|the|my|our|this|that|his|her|your|their? own|old|existing|current? clone|copy|flexclone|clones|copies|duplicate|environment|env volume|volumes|environment|lease?", "one of? the|my clones"],
  refresh: [...verb("refresh", "renew", "re-clone", "reclone", "update", "re-copy", "recopy", "rebuild"), "bring … up to date", "refreshing"],
  rewind: [...verb("rewind", "reset", "roll back", "revert", "rollback")],
  extend: [
    ...verb("extend", "prolong", "lengthen", "keep", "renew", "push out", "push back"), "want|need to keep", "need|want more time for|on|with", "give|add … more time", "give|add more time to|for",
    "keep … alive", "keep … around", "hold|hang on to", "let … live", "would like to keep",
  ],
  lease: ["lease|leases|expiry|time|life|lifetime|deadline|reservation|booking"],
  need: ["need|want|require|use", "would|could like|use", "will need", "add|give"],
  longer: ["for another|an", "for a bit|little|while longer", "a bit|little|while longer", "longer|more|additional|extra|further|another"],
  // acts on sets and mirrors
  restore: [
    ...verb("restore", "recover", "bring … back", "bring back", "roll … back", "roll back", "rollback", "revert", "put … back", "put back", "give … back", "get … back", "get back", "set … back", "turn … back", "return", "reset", "overwrite"),
    ...act("restore", "recovery", "rollback", "restoration", "roll back"),
  ],
  "undo restore": [
    "undo this|that|the|my|our|last|latest|previous|prod? last|latest? restore|recovery|rollback|restoration",
    "undo this|that|the|my|our|last? restore|rollback of",
    "undo … restore", "undo … restoration",
    "revert|reverse|rollback this|that|the|my|our|last last|latest? restore|restoration|recovery",
    "roll|take back this|that|the|my|our|last? last? restore|restoration", "take this|that|the|last restore back",
    "restore … from the|its|our? safety copy|snapshot", "restore … to the? safety copy|snapshot", "restore from the|its|our? safety copy|snapshot",
    "bring|roll … back to|from the? safety copy|snapshot", "go back to before|the before|state the|this? restore", "put … back to before the? restore",
    "put … back as|like|how it was before the? restore",
  ],
  "undo it": ["undo this|that|it|everything?"],
  mirror: [
    "mirror|mirrors|snapmirror|snapmirrors|mirroring|replication|replications|relationship|relationships", "snapmirror|mirror|replication relationship|relationships|transfer|transfers|link|session|schedule|update|updates|job|jobs",
    "dr copy", "cvo mirror", "dr mirror|replication|sync", "cvo|azure replication|mirror",
  ],
  update: [...verb("update", "sync", "refresh", "synchronize", "synchronise", "replicate", "trigger", "run", "transfer", "push", "bring … up to date", "force", "sync up"), "start|trigger|run|force|do|make|perform|kick off? a|an|the? manual? transfer|update|sync of|for|on?", "bring up to date"],
  "update it": verb("update"),
  replicate: [...verb("replicate", "sync", "synchronize", "synchronise", "sync up"), "start|run|trigger|force|kick|do|perform off? a|an|the? manual? snapmirror|mirror? manual? transfer|sync|replication|update of|for|on?"],
  send: [...verb("send", "push", "transfer", "ship"), "send|push the? changes|delta|deltas|latest|data of|for|from"],
  pause: [...verb("pause", "suspend", "quiesce", "hold", "halt", "stop", "hold off", "put … on hold", "freeze", "interrupt"), "put on hold", "hold off on"],
  "pause it": verb("pause", "suspend", "quiesce"),
  "resume it": [...verb("resume", "unpause", "unquiesce", "unsuspend"), "un-pause"],
  resume: [...verb("resume", "unpause", "continue", "restart", "re-enable", "reenable", "unquiesce", "unsuspend", "turn … back on", "turn back on", "switch … back on", "re-start"), "start … again", "start again", "take up again", "un-pause", "let … run again", "let … continue", "let … flow again", "unfreeze"],
  throttle: [...verb("throttle", "limit", "cap", "slow down", "rate-limit", "restrict", "slow"), "set a|the? throttle|limit|bandwidth of|on|for?", "set … throttle|bandwidth|limit", "change the? throttle|bandwidth|limit of|on|for?"],
  unthrottle: [...verb("unthrottle"), "remove|lift|drop the? throttle|limit|cap on|of|from|for?", "un-throttle", "take the? throttle off", "run … at full speed"],
  resync: [...verb("resync", "re-sync", "resynchronize", "resynchronise", "re-synchronize", "re-synchronise", "re-establish", "reestablish"), "re sync", ...act("resync", "re-sync", "resynchronization", "resynchronisation")],
  snapshot: [
    ...verb("snapshot", "snap"),
    "take|make|create|get|do|grab|trigger|need|want|have|run|request a|an|one|another|me? new|manual|quick|fresh|labelled|labeled|extra|consistent|app-consistent|application-consistent? snapshot|snap|snaps|savepoint|checkpoint",
    "would|could like|use a|one|another? snapshot|snap", "snapshot|checkpoint",
  ],
  "back up": [...verb("backup", "back up"), "take|make|create|do|run|get|need|want|start a|one|another|an|me? full|new|manual|quick|fresh|extra? backup", "back … up"],
  "that clone": ["the|my|our|this|that|his|her|your|their own|old|existing|current? clone|copy|flexclone|duplicate|environment|env volume|volumes|environment|lease?", "the|my|our|this|that … clone|copy|environment|env"],
  "the snapshot": ["the|a|that|this|my|our|old? snapshot|snapshots|snap|snaps|savepoint|checkpoint"],
  protect: [
    ...verb("protect", "start protecting"),
    "set up protection|mirroring|replication|snapmirror|dr a|the? mirror?", "set up a|the? mirror|snapmirror|replication|dr relationship?", "configure|establish|create|build|enable|add|initialize|initialise|setup a|the? new? snapmirror? protection|mirroring|mirror|replication|snapmirror|relationship",
    "start|begin mirroring|protecting|replicating", "start protection of|for?", "put … under protection",
  ],
  "mirror it": ["mirror"],
  unprotect: [
    ...verb("unprotect"), "stop protecting|mirroring|replicating", "un-protect",
    "remove|delete|tear|drop|destroy|disable|dissolve|end|cancel|terminate down? a|the|its|our? … protection", "take … out of protection",
    "remove|delete|tear|drop|destroy|dissolve|end|terminate down? a|the|its|our? protection",
    "remove|delete|tear|drop|destroy|dissolve|terminate down? a|the|its|our? mirror|mirroring|snapmirror|replication|relationship",
    "remove|delete|tear|drop|destroy|dissolve|terminate down? a|the|its|our? … mirror|mirroring|snapmirror|replication|relationship",
    "stop protection of|for?", "stop … protection",
  ],
  break: [...verb("break", "break off")],
  failover: [
    ...verb("failover", "fail over", "fail … over", "switch over", "switch … over", "fail-over", "cut over", "cut … over", "cutover"), ...act("failover", "fail over", "fail-over", "switchover"), "activate|invoke the? dr|drp|disaster|failover recovery|plan|site|copy? for|of?", "declare a? disaster for|on?",
    "switch … to the? dr|cvo|azure site|copy|side?", "move|bring up … to|on|over the|to|in? dr|cvo|azure site|copy|side?", "bring … up on|in|at the? dr|cvo|azure site|copy|side?",
  ],
  failback: [
    ...verb("failback", "fail back", "fail … back", "fail-back", "switch back", "switch … back", "cut back"), ...act("failback", "fail back", "fail-back", "switchback"), "move … back to the? onprem|on-prem|on-premises|production|primary|array|home site|array|side?", "move|bring|switch|go|send … back home",
    "return to the? primary|production|onprem|on-prem site|array",
  ],
  "dr drill": [
    ...["do|run|start|perform|make|hold|schedule|launch|execute|need|want|conduct|carry a|an|the|our|out? a? ", "kick off a|the? ", "would like a|to|do|run? a|an? ", ""].flatMap((before) => [
      `${before}dr|disaster|recovery|failover|fail-over|disaster-recovery|failover-test recovery|over? drill|test|exercise|rehearsal|practice|simulation`, `${before}drill|rehearsal|dr-drill|dr-test|failover-drill`, `${before}test failover|fail-over`, `${before}test fail over`,
      `${before}test|rehearse|practise|practice|simulate|exercise the|a|our? dr|failover|disaster|fail-over over|recovery?`,
    ]),
    "rehearse|practise|practice|simulate failing over", "test failing over", "rehearse|practise|practice|drill", "test the|our|a? dr|failover", "drill dr|failover|fail-over", "test … dr|failover", "test … disaster recovery",
  ],
  // systems
  connect: [...verb("connect", "peer", "link", "pair", "join", "hook up"), "set up peering|connection between|of|for?", "create|establish|build|make|configure|setup a|the? peering|connection|link|peer|peers relationship? between|of|for?", "introduce"],
  clusters: ["clusters|arrays|both clusters|arrays", "cluster|clusters peering|peers|peer|connection", "both|two|the? clusters|arrays|systems", "cluster", "intercluster lifs|networking|network|connection|peering"],
  svms: ["svms|svm|vservers|vserver", "storage virtual machine|machines", "svm|vserver peering|peers|peer|svms"],
  "svm peering": ["create|establish|make|configure|build|setup a|an|the? svm|vserver peering|peers|peer relationship?", "set up a|an|the? svm|vserver peering|peers|peer relationship?", "svm|vserver peering|peers|peer relationship?"],
  "cluster peering": ["cluster peering|peers|peer relationship?"],
  encrypt: [...verb("encrypt"), "set up encryption|key on|for|of|manager?", "set up key vault|management|manager on|for?", "enable|configure|setup|activate|turn azure? on? encryption|key vault? on|for|of?", "turn on encryption on|for|of?", "set up the? azure key vault"],
  deploy: [...verb("deploy", "install", "create", "build", "set up", "setup", "roll out", "stand up", "spin up", "launch", "bring up", "provision"), "make"],
  connector: ["a|an|the|our|new? bluexp|console|netapp|azure|agent|cloud|manager connector", "connector", "bluexp|console agent|connector vm?", "netapp console agent|connector", "a|the connector"],
  cvo: ["a|an|the|our|new? new? ha|single? cvo system|instance|pair|ha|environment|cluster|node?", "cloud volumes ontap", "a|an|the|new? cloud volumes ontap system|instance|pair|ha?", "cvo ha? system|instance|pair|ha|environment|cluster|node"],
  start: [...verb("start", "boot", "power on", "turn on", "wake up", "start up", "bring up", "power up", "wake", "boot up", "switch on")],
  stop: [...verb("stop", "shut down", "power off", "turn off", "halt", "shutdown", "power down", "deallocate", "switch off", "hibernate")],
  prepare: [...verb("prepare", "prep", "set up", "setup", "configure", "onboard", "get … ready", "make … ready", "ready"), "get|make ready", "set … up for iscsi|clones|storage"],
  "the host": ["host|hosts|server|vm"],
  provision: [...verb("provision", "allocate", "carve out", "carve", "add", "create", "set up", "assign", "give", "attach", "hand out", "provide", "make", "build", "get"), "need|want", "would like"],
  storage: ["new? storage|volume|volumes|lun|luns|disk|disks|space|capacity|filesystem", "file system|systems", "lun|luns and volume|volumes", "volume|volumes and lun|luns", "disk space", "storage|data volume|volumes|luns|lun|space"],
  // questions
  health: [
    "health", "healthy", "healthcheck|health-check", "health check|status|report|state|summary|of", "lag|lags|lagging|delay|delayed|late", "rpo|rpos", "how far behind", "behind", "out of sync", "in sync", "up to date", "up-to-date", "digest",
    "replication|mirror|mirrors|snapmirror|mirroring status|state|health|lag|delay|report|summary|ok|okay|fine|working|work|running|healthy|doing|up|problems|problem|issues|delays|broken|behind|late|alive|good|stuck|lagging|idle|green",
    "newest|latest|last|most recent? restore|recovery point|points", "restore|recovery point|points", "protected", "last|latest successful? transfer|replication|update|sync|mirror update?", "replicating|mirroring", "how is … doing", "how are … doing",
    "how is|are … looking", "is … ok|okay|fine|good|green|protected|safe|alive|working|replicating|late|broken|current", "are … ok|okay|fine|good|green|protected|safe|alive|working|replicating|late|broken|current|paused|running", "how old|fresh|recent|current is|are the? copy|data|snapshot|backup|mirror|replica?", "oldest|first restore|recovery point|points", "who paused|resumed|stopped|broke", "what can|could be|i|we restored|restore", "which mirrors|relationships are? late|paused|broken|behind|unhealthy|stuck|lagging",
    "any|show problems|issues|trouble with", "how fresh", "how recent", "how current", "replication|mirrors|mirror|snapmirror", "is … paused", "is … mirrored", "why is|are … late|behind|lagging|slow|paused", "why is|are … so? far behind", "how much data would we lose", "how much would we lose", "data loss", "are we protected|safe|good",
    "nightly|nightlies|snapshots|snapshot missing|status|there|ok|current", "last|latest|newest good|complete|usable? nightly|backup|snapshot", "when was|is … last|latest backup|snapshot|nightly|replicated|mirrored|synced|updated|transfer|sync|update", "how is|are", "protection status|state|report",
  ],
  status: [
    "status", "progress", "state", "what is happening|up with|to|in|on?", "what is going on", "how is|are … going|coming|progressing|getting along|on?", "is|are … done|finished|ready|complete|completed|over yet?", "how long will|does … take|last|be", "how long until|till", "how long … left|remaining|more", "how far is|are|along", "when will|is … be? done|finished|ready|complete|available", "did … finish|finished|complete|succeed|work|fail|run|go through?",
    "has … finished|completed|failed|succeeded|started|been mounted|done|approved|run?", "eta", "how much longer", "where are we", "where does … stand", "what happened to|with", "how did … go", "what are you doing|up to", "what did you do", "any news|update|progress on|about|with|from?", "why did … fail|stop", "why is|has … stuck|stopped|failed|waiting|hanging",
    "is cvo|it running|up|down|started|stopped|on|off", "are you up|there|alive|ok|awake|working|online", "what is stuck|hanging|blocked|failing|waiting|stopped", "what is the? hold|hold-up up?", "what is … waiting for|on",
  ],
  act: ["restore|clone|copy|refresh|release|failover|failback|drill|snapshot|update|transfer|resync|mount|provisioning|cloning|restoring|job|task|request|work|operation"],
  run: ["run|job|request|task"],
  explain: [
    "explain", "what happens|happened if|when|after|on i|we|you|someone|one? run|do|use|say|type|ask|press|start|for? a|the|to?", "what would|will|does|do|did|could … do|change|cause|mean|destroy|delete|lose|touch|affect|overwrite", "what would|will|does happen if|when|after i|we|you? run|do|use|say|type|ask|start? a|the?", "how does|do|would|will … work|function|happen", "tell me about", "describe", "what is a|an|the", "what is", "who may|must|can|has|have|would|should|needs|need to? approve|ask|agree|confirm|request|run|say for?", "why can not|no i|we|one", "why is|was", "what does|do … mean|do", "is it safe to", "how risky|dangerous|long is|does|would", "what are the risks|consequences|effects of",
  ],
  clones: [
    "clones|copies", "list|show|display clones|copies", "is|are there a|any|already? clone|copy|clones|copies", "do|does we|i|you|they have a|any|already? clone|copy|clones|copies", "who is|are using|on", "who uses|has|owns|holds|occupies|needs|booked", "who is|was|did … for|by?", "what is|are mounted|attached|sitting on|in|at|to?", "what is|are running on|in|at", "what is|are on", "what clones|copies are|do|does|have|exist there|we|i|you|exist?",
    "which|what|how clones|copies|many clones|copies? are|exist? there|running|active|mounted|exist?", "is anyone|anybody|someone|somebody using|on", "is … free|in|used|taken|occupied|busy|available|booked|use", "in use", "is … in use", "when does|do|will|is … expire|end|released|run|up|due|out|over", "leases|lease", "when is|are … released|due|expiring|ending", "how long do|can i|we keep|have", "what have i|we", "what do i|we have|own", "expiring|expires",
  ],
  runs: ["runs", "jobs|tasks|operations|requests", "what is|was running|going|queued|active|executing|done|run on?", "anything running|active|queued", "is anything|something running|active|queued|happening", "running|active|recent|open|current|past|previous|finished|failed|last jobs|runs|tasks|requests|operations|job|run|request", "history|log|activity", "recent activity", "what have you done|run|been doing", "what ran|happened", "what has been|happened done|run?", "what did you do|run", "queue"],
  approvals: [
    "approvals|approval", "pending|open|outstanding|waiting approvals|approval|requests|votes|items|decisions", "what is|are waiting|pending|open", "what needs|requires|wants my|our|an? approval|approving|vote|yes|decision|ok", "what needs|has to be approved", "waiting|pending for|on me|us|approval|my|our|an? approval|vote|decision|ok?", "what do|must|should|can i|we have|need? to? approve|vote|sign|decide off|on?", "anything waiting|to|pending|for|i|need|that for|approve|sign|me? me|approve|off|should|can|must? approve?", "who must|has|needs|should to? approve|vote|decide", "do i have anything to approve|sign|decide", "waiting for approval|me|my|us", "approvals queue|inbox|list", "to approve", "what is waiting for me|us", "my approvals|inbox", "why do i|we need approval|approvals|an", "anything for me to approve|sign|decide", "who has not approved|voted yet?", "who still? needs to approve",
  ],
  help: ["help", "what can|could|do you do|offer|understand|know|help with|about?", "what do you do", "how do|can|could|would|should|must i|we|one|you", "how to", "how i|we|one can|could|should|must|do", "usage|commands|manual|man|menu|options|examples|instructions", "how does this|it|that work", "how do you work", "what commands|sentences|words do|can you|i|we understand|know|use|say|type", "what can|could|should i|we say|ask|do|type", "who|what are|is you|sluice", "show|list me? all|the? commands|help|options", "what are my options|choices", "teach me", "i need help with?", "can|could you help|assist me|us? with?", "help me|us|with to?", "what is sluice"],
  // flags
  "with fresh data": ["with|using|from|on|having|containing? fresh|current|up-to-date|up-to-the-minute|today's|live|actual data|state|content|contents", "with|using the? up to date data|state|content", "with|using up to the minute data", "with a? fresh snapshot", "with|from right? now data|state", "as of right? now", "as it is right? now", "with today 's data", "fresh", "from live prod", "with the? data|state of|from|as right? now"],
  "and start the application": ["and? then? start the|our|its? application|app|apps|applications|epic|iris|database|db|oracle|instance again|up|afterwards|after?", "and? then? bring the? application|app|database|db|iris|epic up again|afterwards?", "and? then? start it up|again|afterwards?", "with application|app start", "and? start up? the? application|app|database|db|iris again|afterwards?"],
  "to the start": ["to the? start|beginning|original|initial state|point?", "to how it was? when|at? it? was? mounted|cloned|start|first?", "to its? original|initial|first|clean|fresh state|point|content", "to when it was mounted|cloned|made|created", "from scratch", "to scratch|zero", "to a? clean|known|good? state"],
  "for iscsi": ["for iscsi|clones|clone|storage|luns|mounting|use|sluice|san", "as a? clone|iscsi? host|target", "to get|take|receive|host clones|clone|luns|storage"],
  "with key vault": ["with|using|in|by|and the|an|our? azure? key? vault|keyvault|akv keys|key?", "at rest"],
  "of storage": ["of? new? storage|disk|disks|space|volume|volumes|lun|luns|capacity space?"],
  only: ["only|just", "nothing but"],
  my: ["my|mine", "i have|own|made|created|asked", "do i have|own", "of mine", "have i"],
  "all of them": ["all|every|any", "all of them", "everybody's|everyone's"],
  now: ["now"],
};

/** The phrases a word of `says` stands for. */
export const phrasesOf = (word: string): readonly Phrase[] => (WORDS[word] ?? [word]).map(phrase);

/** Said before anything, of a request of any effect. Each leaves the meaning as it is, also of a restore. */
export const OPENERS: readonly Phrase[] = [
  "hi|hello|hey|hallo|hiya|dear|yo|morning|greetings all|there|team|everyone|everybody|folks|guys|sluice|bot|storage|again|friends|you?", "good morning|afternoon|evening|day all|there|team|everyone|everybody|folks|guys|sluice|bot|again?", "sluice|bot|storagebot", "hey|ok|okay sluice",
  "please kindly|just|now|do?", "kindly", "yes please?", "please? kindly? do the needful and|to?", "ok|okay|alright|right|sure|yeah|yep|so|well|now", "could|can you please|kindly|also|just|maybe|now|then|quickly? please|kindly|just?", "would|will you please|kindly", "would|will you be so kind|good enough? as|and? to?", "would|will you please? be so? kind|good enough as|and? to?", "could you be so|kind kind|enough as|enough|to? to?", "please could|can|would|will you please?",
  "i|we need|want|would|require you to", "i|we would like you? to", "i|we need|want to", "i|we would like", "i would love you? to", "i|we need|want", "go ahead and", "urgent|urgently|emergency|asap", "sorry|excuse|pardon to|me|for? bother|disturb|the? you|disturbance?", "when|if you have a moment|minute|chance|second|sec please|could|can? you? please?", "thanks|thank you? in advance", "i have a request", "may|can|could i|we ask you to", "i ask you to", "please be so kind and|to|as? to?", "quick|one|small request|question|thing|favor|favour", "do me a favor|favour and",
  "need you to", "need|want to", "would like to", "requesting|request", "attention",
].map(phrase);

/** More that may be said before a change that destroys nothing. */
export const CHANGE_OPENERS: readonly Phrase[] = [
  "can|could|may|might i|we please|also|maybe|just|possibly? have|get|request|ask|order|please|borrow for?", "would|will you", "can|could|may|might i|we please? have|get|request", "can|could|may|might i|we please?", "is it|there possible|any|a|ok|okay|way|chance|possibility|possibility? way|chance? for|that|to? me|us|you|we|i? to|can|could|get|have?", "it is possible for|to? me|us|you|have|get? to? have|get?", "would it be possible for? you|me|us? to get|have?", "i|we was|were|am|are wondering if|whether you|we|i could|can|might please? get|have?", "do you think you|we could|can", "any chance of|you|we|i could|can|of?", "i|we am|are looking for|to", "i|we could use|do with?", "let us", "please to", "i|we would? like|need|want that|if you|we",
  "please? make|get|give|do|let|have|send|prepare|arrange|provide me|us|it?", "do the needful and?", "i|we am|are in need of", "i|we will need|want|require", "needs", "i|we shall need|want|require", "we|i are|am going to need", "could someone|somebody|anyone|anybody please?", "can someone|somebody|anyone|anybody please?", "someone|somebody please?", "we|i require|request|need|want", "how about", "you|sluice can|could please?", "i|we wish to?", "want|need", "i|we would be grateful|happy|glad for|if|to? you? could|can?", "would be great|nice|good|lovely to|if you|we|i? could|can|have|get?", "it would be great|nice|good|lovely to|if you|we|i? could|can|have|get?",
].map(phrase);

/** Said at the end, or between: of any effect. */
export const CLOSERS: readonly Phrase[] = [
  "please", "kindly", "thanks|thx|cheers|merci|danke|tx|tnx so|very|a|in|for|to|all|again|lot|much|everyone|team|guys|bot|sluice? much|lot|bunch|million|ton|advance|helping|all|you|your? help?", "thank you so|very|in|a|for|kindly|sluice|bot|all|lot|again|sir? much|lot|advance|helping|your? help|indeed?", "many thanks in? advance?", "much appreciated", "asap|urgently|immediately|quickly|promptly", "as soon as possible", "right away|now", "straight away", "now", "at once", "when|if you can|could|may", "when|if you have|get a|the|some moment|minute|chance|second|sec|time", "if you do not mind", "if you would|please", "for me|us", "best|kind|warm regards", "regards", "have a nice|good|great day|one|evening|weekend", "sluice|bot", "ok|okay", "urgent", "sir|madam|mate|buddy|friend|dear|folks|guys|team|all|everyone", "best", "appreciate it", "i would appreciate it", "that would be great|nice|lovely", "bye", "very urgent", "this is urgent", "it is urgent", "thanks and|& regards", "and thank you|thanks",
].map(phrase);

/** Said anywhere in a request that destroys nothing. */
export const CHANGE_FILLER: readonly Phrase[] = [
  "a|an|the|our|my|your|some|this|that|these|those|new|just|also|simply|quick|quickly|actually|really|again|here|today's", "please", "for me|us", "to me|us", "me|us", "of it", "at all", "now", "up and running", "in place", "set up", "and that is it|all", "that is it|all", "one|another", "second|third|fourth", "own", "little", "temporary", "so", "too", "as well", "maybe", "ready", "available", "and? let me|us know when|once it is|has done|ready|finished|up|there|mounted?", "and? tell|ping|notify|message me|us when|once it is|has done|ready|finished|up|mounted?",
].map(phrase);

/** Said anywhere in a question. */
export const READ_FILLER: readonly Phrase[] = [
  "what|which|how|is|are|was|were|that|a|an|the|of|for|on|in|to|do|does|did|we|i|you|me|us|my|our|your|it|its|this|that|there|any|all|now|currently|moment|at|show|list|give|tell|get|see|check|display|print|look|please|can|could|would|will|has|have|had|been|be|being|going|go|or|with|about|anything|something|still|just|yet|right|much|many|current|latest|overview|report|quick|quickly|doing|running|exist|exists|active|between|from|and|both|today|overall|general|really|actually|already|far|long|'s|know|want|like|need|let|view|pull|up|full|please|so|again|here|moment|sites|site|systems|system|situation|details|detail|info|information|summary|across|think|everything|one|mounted|anyone|under",
].map(phrase);

/** Prepositions and articles: in `says` they go with the slot behind them. */
export const SMALL_WORDS: ReadonlySet<string> = new Set(["for", "on", "onto", "from", "to", "of", "as", "until", "because", "only", "with", "by", "at", "in", "about", "called"]);

/** Which words may stand before a slot's value. "" is none at all. */
export const INTRODUCERS: Readonly<Record<string, readonly string[]>> = {
  set: ["", "of", "from", "for", "on", "in", "with", "to", "about", "using", "out of", "off", "between", "against"],
  mirror: ["", "of", "from", "for", "on", "in", "to", "about", "between"],
  host: ["", "on", "onto", "to", "at", "in", "into", "for", "upon", "with", "about"],
  purpose: ["", "for", "to", "onto", "on", "in", "into", "as", "at", "with", "about", "for use in", "for use by", "for the use of"],
  // "refresh training": the purpose stands for its clone, with nothing before it
  area: ["", "on"],
  point: ["from", "of", "as of", "as at", "to", "back to", "as it was", "as they were", "as it stood", "as it looked", "the way it was", "how it was", "like it was", "using", "with", "to how it was", "to the state of", "to as it was", "to the way it was", "to what it was", "in the state of", "by", "off", "out of", "based on", "to where it was", "as was", "from how it was", "dated", "taken", "since", "with data from", "with data of", "with the data from", "with the data of", "with the state of", "with the state from", "nightly"],
  duration: ["for", "for another", "another", "for the next", "for about", "for only", "for just", "for at least", "for a total of", "during", "over", "with a lease of", "with lease of", "lease of", "with lease", "lease for", "lasting", "for up to", "of", "by", "keep it for", "keep it", "i need it for", "we need it for", "and keep it for", "need it for", "we will need it for", "i will need it for", "valid for", "that lives for", "that lasts", "lease", "with a", "the next", "for the coming", "and we need it for", "and i need it for", "we keep it for", "it is for", "expires in", "expiring in", "expire in", "which expires in"],
  ending: ["", "for", "for the next", "for about", "for another", "during the next", "for just", "for only", "for up to", "over the next"],
  until: ["until", "till", "til", "through", "thru", "up to", "keep it until", "keep it till", "i need it until", "we need it until", "and keep it until", "valid until", "lasting until", "ending", "i need it till", "we need it till", "with a lease until", "expiring", "lease until", "until the end of", "we will need it until", "i will need it until", "expires", "to be released", "up until", "and we need it until", "and i need it until", "need it until", "with lease until"],
  name: ["as", "named", "called", "name it", "call it", "and call it", "and name it", "name", "with name", "with the name", "under the name", "to be called", "by the name", "under the name of", "with the name of", "as name", "with name of", "nickname", "aliased", "labelled", "labeled"],
  label: ["as", "named", "called", "labelled", "labeled", "label", "with label", "with the label", "name it", "call it", "tagged", "named as", "with name", "with the name", "and call it", "and name it", "and label it", "label it", "under the name"],
  volume: ["only", "just", "only volume", "only the volume", "just volume", "just the volume", "only its volume", "volume only", "nothing but", "but only", "but only volume", "but only the volume", "but just"],
  cloud: ["", "in", "on", "to", "into"],
  home: ["", "to", "on", "onto", "at", "back to", "into"],
  cluster: ["", "on", "at", "in", "named", "called", "to", "with", "and", "between", "from", "of", "for"],
  svm: ["", "on", "of", "for", "and", "with", "to", "between", "named", "from", "in"],
  rate: ["", "to", "at", "by", "with", "of", "down to", "below", "under"],
  size: ["", "of", "with"],
  reason: ["because of", "because", "due to", "reason", "as we", "since we", "since", "while", "during", "so that", "owing to"],
  snapshot: ["", "named", "called", "of"],
  cloneName: ["", "called", "named", "of"],
  run: ["", "of", "for", "on", "with", "about"],
  runbook: ["", "of", "for", "about", "on", "with", "to", "a", "an", "the", "i", "we", "with a", "with the", "of a", "for a", "to a", "the word", "command", "about the", "of the"],
  source: ["", "from", "using", "via", "off", "out of", "with", "based on", "by using", "by", "on", "in", "at", "of", "held on", "held by", "held in", "through"],
  target: ["", "to", "onto", "into", "over to", "on", "in", "towards", "in to", "at"],
};
