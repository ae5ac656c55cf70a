import { z } from 'zod'
import { parseJson } from '../json.ts'
import { type Complexity, categoryWords, complexities } from './words.ts'

/** What a classifier said of a prompt; what it was not sure about is absent. */
export interface PromptClass {
  readonly purpose?: string
  readonly category?: string
  readonly complexity?: Complexity
  readonly needsText: boolean
}

/** The word for what a classifier cannot tell: then the defaults hold. */
const UNSURE = 'unsure'

const words = (known: readonly string[]) => z.enum([UNSURE, ...known])

const answerFor = (purposes: readonly string[]) =>
  z.strictObject({
    purpose: words(purposes),
    category: words(Object.keys(categoryWords)),
    needs_text: z.boolean(),
    complexity: words(complexities),
  })

/** The schema as classifiers get it: every member is required and there are no others. */
export const classSchema = (purposes: readonly string[]): object => {
  const { $schema: _, ...schema } = z.toJSONSchema(answerFor(purposes))
  return schema
}

/**
 * Reads what a classifier wrote; undefined when it is not wholly what was asked for. So a prompt
 * that talks a model into something else comes to nothing.
 */
export function readPromptClass(
  text: string,
  purposes: readonly string[],
): PromptClass | undefined {
  const parsed = answerFor(purposes).safeParse(parseJson(text))
  if (!parsed.success) return undefined
  const { purpose, category, complexity, needs_text: needsText } = parsed.data
  return {
    needsText,
    ...(purpose === UNSURE ? {} : { purpose }),
    ...(category === UNSURE ? {} : { category }),
    ...(complexity === UNSURE ? {} : { complexity: complexity as Complexity }),
  }
}
