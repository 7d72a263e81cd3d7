// Lives through a case at a service, with the client that is generated from its OpenAPI document: opens the case, records what becomes
// known, meets what can go wrong, and hears of what comes of it.
//
//   STEGVIS_URL=http://127.0.0.1:8080 STEGVIS_KEY=$(cat data/first.key) npm start

import { randomUUID } from "node:crypto";
import createClient, { type Middleware } from "openapi-fetch";
import { EventSourceParserStream } from "eventsource-parser/stream";
import type { Answer, CloudEvent, OpenCase, Problem, paths } from "./stegvis.gen.js";

const baseUrl = process.env["STEGVIS_URL"] ?? "";
const credentials: Middleware = {
  onRequest({ request }) {
    request.headers.set("Authorization", `Bearer ${process.env["STEGVIS_KEY"] ?? ""}`);
  },
};
const service = createClient<paths>({ baseUrl });
service.use(credentials);

// An answer that is none.
class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(`${problem.status} ${problem.code}: ${problem.detail}`);
  }
}

// What the service said of a case, and the mark of the revision that it is.
type Marked = Answer & { mark: string };

// answer reads what the service said of a case.
async function answer(asked: Promise<{ data?: Answer; error?: Problem; response: Response }>): Promise<Marked> {
  const { data, error, response } = await asked;
  if (error) throw new Refused(error);
  if (!data) throw new Error(`no answer, and no problem either: ${response.status}`);
  return { ...data, mark: response.headers.get("ETag") ?? "" };
}

// refusal tells of the problem that must come.
async function refusal(status: number, asked: Promise<Marked>): Promise<void> {
  const problem = await asked.then(
    () => undefined,
    (why: unknown) => (why instanceof Refused ? why.problem : Promise.reject(why)),
  );
  if (problem?.status !== status) throw new Error(`it should have been refused with ${status}`);
  console.log(`refused: ${problem.status} ${problem.code}`);
  for (const f of problem.faults) console.log(`  ${f.pointer} ${f.code}`);
}

// tell writes how a case stands.
function tell(what: string, a: Answer): void {
  console.log(`${what}: revision ${a.revision}, ${a.decision?.status}`);
  for (const n of a.decision?.next ?? []) {
    const left = n.days_left === null ? "" : `, ${n.days_left} days left (${n.time})`;
    console.log(`  ${n.step} by ${n.actor}${left}`);
  }
  for (const m of a.decision?.missing ?? []) console.log(`  missing: ${m.fact}`);
}

// day is n days ago, where the service is.
const day = (n: number) => new Date(Date.now() - n * 86_400_000).toLocaleDateString("sv-SE", { timeZone: "Europe/Stockholm" });

// A case whose follow-up meeting is due in two weeks.
const opening: OpenCase = {
  model: "faros",
  facts: {
    arbetsformaga_nedsatt: true, medicinskt_underlag: day(300), fardigutredd: true, kan_forbattras: true,
    sassam_utredning: day(290), behov_av_insatser: true, timmar_per_vecka: 12, personligt_mote: day(280), egen_uppfattning: day(280),
    beredning: day(200), beredning_enig: true, beredning_beslut: "samverkan", samverkan_start: day(190),
    arbetsformedlare_utsedd: day(190), samordnare_utsedd: day(190), information_lamnad: day(185), trepartssamtal: day(180),
    ersattning_klargjord: true, nivabedomning: day(100), handlingsplan: day(90), introduktion_start: day(70),
    aktiviteter: ["formedling", "foretagsforlagd"], senaste_kontakt: day(3),
  },
};

// hear tells of the events of a case, as far as the one that must come.
async function hear(stream: ReadableStream<Uint8Array>, id: string): Promise<void> {
  const events = stream.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  for await (const message of events) {
    const e = JSON.parse(message.data) as CloudEvent;
    if (e.subject !== id) continue;
    const what = e.type.replace("se.stegvis.", "");
    console.log(`heard: ${what} ${e.data.step}`.trimEnd());
    if (what === "step.passed") return;
  }
  throw new Error("the stream of events ended");
}

// Whoever follows before anything has happened misses nothing.
const stop = new AbortController();
const follow = await service.GET("/v1/events", { parseAs: "stream", headers: { Accept: "text/event-stream" }, signal: stop.signal });
if (!follow.data) throw new Error(`the events cannot be followed: ${follow.response.status}`);

// All that is wrong with a body is told at once, each fault with its place.
await refusal(400, answer(service.POST("/v1/cases", { body: { model: "faros", facts: { samtyke: true, timmar_per_vecka: 60 } } })));

// A request that got no answer can be sent again with the same key: it has one effect.
const once = { params: { header: { "Idempotency-Key": randomUUID() } }, body: opening };
const first = await answer(service.POST("/v1/cases", once));
tell("opened", first);
const again = await answer(service.POST("/v1/cases", once));
console.log(`sent again: the same case is ${again.id === first.id}`);

// A change says which revision it was made for, so that nobody's work is overwritten unseen.
const record = (mark: string, facts: NonNullable<OpenCase["facts"]>) =>
  answer(service.POST("/v1/cases/{case}/entries", { params: { path: { case: first.id }, header: { "If-Match": mark } }, body: { facts } }));
tell("recorded", await record(first.mark, { uppfoljningsmote: day(1) }));

// One for a revision that is no longer the newest is refused: read again, look, and send it anew.
await refusal(412, record(first.mark, { fortsattning: "fortsatt" }));
const now = await answer(service.GET("/v1/cases/{case}", { params: { path: { case: first.id } } }));
tell("read again, then recorded", await record(now.mark, { fortsattning: "fortsatt" }));

// What was answered before can be asked for at any time.
const then = service.GET("/v1/cases/{case}/next", { params: { path: { case: first.id }, query: { known: first.changed } } });
tell("as it was answered at first", await answer(then));

const ended = await answer(service.POST("/v1/cases/{case}/close", { params: { path: { case: first.id } }, body: { why: "an example" } }));
console.log(`closed: revision ${ended.revision}, ${ended.state}`);
await hear(follow.data, first.id);
stop.abort();
