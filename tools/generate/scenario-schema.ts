import { scenarioSchema } from '../../src/scenario/scenario-file.ts'
import type { GeneratedFile } from './generated-file.ts'
import { toJsonSchema } from './json-schema.ts'
import { jsonText } from './json-text.ts'

/** `docs/scenario.schema.json`: what editors need to check and complete a scenario. */
export function scenarioSchemaDocument(): GeneratedFile {
  const schema = {
    title: 'Scenario',
    description:
      'A rehearsal of Keeprate. Generated from src/scenario/scenario-file.ts; do not edit.',
    ...toJsonSchema(scenarioSchema),
  }
  return { path: 'docs/scenario.schema.json', content: jsonText(schema) }
}
