/** What the view Live says of files of runs: alarms, and what stands with each report's picture. */

import { readFileSync } from "node:fs";

import { alarmsOf } from "../../static/js/live/alarms.js";
import { readRun } from "../../static/js/live/runfile.js";
import { verdictSentence } from "../../static/js/live/words.js";
import { learnWords } from "../js/words.js";

learnWords();
const said = [];
for (const path of process.argv.slice(2)) {
  const { reports } = await readRun(new Blob([readFileSync(path)]));
  said.push({
    alarms: alarmsOf(reports, "lstm").map(({ text }) => text),
    pictures: reports.flatMap(({ modules: [module] }) => [
      verdictSentence(module),
      module.flow.diagnosis.summary,
    ]),
  });
}
console.log(JSON.stringify(said));
