import type { ImageRequest } from '../request/image-request.ts'
import type { PromptClass } from './prompt-class.ts'
import { type Complexity, categoryWords, purposeWords, textWords } from './words.ts'

/** How something about a request is known. */
export type Basis = 'asked' | 'model' | 'rule' | 'classifier' | 'default'

/** What a request is about: what its acceptance is learnt for. */
export interface Traits {
  readonly purpose: string
  readonly category: string
  readonly needsText: boolean
  readonly needsEdit: boolean
  readonly isTransparent: boolean
  readonly complexity: Complexity
  /** Texts that must stand in the picture, as they were quoted. */
  readonly literals: readonly string[]
  readonly basis: { readonly purpose: Basis; readonly category: Basis; readonly text: Basis }
}

/** Longest text between quotation marks that is taken for lettering, in characters. */
const MAX_LITERAL = 200
/** Straight and typographic marks; an apostrophe within a word opens nothing. */
const QUOTED = [
  /"([^"\n]+)"/g,
  /[“„]([^”“\n]+)[”“]/g,
  /«([^»\n]+)»/g,
  /(?<!\p{L})'([^'\n]+)'(?!\p{L})/gu,
]

/** Texts in quotation marks, in their order, each once. */
export function literalsOf(prompt: string): readonly string[] {
  const found = QUOTED.flatMap((pattern) =>
    [...prompt.matchAll(pattern)].map((match) => ({
      at: match.index,
      text: match[1]?.trim() ?? '',
    })),
  )
  const texts = found
    .toSorted((a, b) => a.at - b.at)
    .map(({ text }) => text)
    .filter((text) => text.length > 0 && text.length <= MAX_LITERAL)
  return [...new Set(texts)]
}

/** What is said of a request beside it. */
export interface Said {
  readonly purposeOfModel?: string
  /** By a model that was asked because nothing else told. */
  readonly classified?: PromptClass | undefined
}

/**
 * Finds out what a request is about: what the caller says wins, then the name of the model
 * (`auto:hero`), then rules on the words of the prompt, then a classifier. The rules read English;
 * other languages end there or at the defaults, which is no mistake but less to learn from. A
 * prompt only ever decides what it is about: never the price class, the limits or a verdict.
 */
export function traitsOf(
  request: Pick<
    ImageRequest,
    'prompt' | 'purpose' | 'category' | 'needs' | 'background' | 'images' | 'operation'
  > & { readonly complexity?: Complexity },
  { purposeOfModel, classified }: Said = {},
): Traits {
  const literals = literalsOf(request.prompt)
  const prose = withoutLiterals(request.prompt, literals)
  const words = wordsOf(prose)
  const category = categoryOf(request, words, classified)
  const needsEdit = request.needs.includes('edit') || request.images.length > 0
  const text = textBasis(request, { literals, words, classified })
  const saysText = text === 'asked' || text === 'rule'
  const found = { words, needsEdit, needsText: saysText, classified }
  const purpose = purposeOf(request, purposeOfModel, found)
  const needsText = text !== 'default'
  const told = category.basis === 'classifier' ? classified?.complexity : undefined
  return {
    ...{ purpose: purpose.name, category: category.name, needsText, needsEdit, literals },
    isTransparent: request.needs.includes('transparent') || request.background === 'transparent',
    complexity: request.complexity ?? told ?? complexityOf(category.name, words),
    basis: { purpose: purpose.basis, category: category.basis, text },
  }
}

/** Whether neither caller nor rules tell all of what a request is about. */
export const isUnclear = ({ basis }: Pick<Traits, 'basis'>): boolean =>
  basis.purpose === 'default' || basis.category === 'default'

/** Who says that words must be legible; `default` where nobody does. */
function textBasis(
  { needs }: Pick<ImageRequest, 'needs'>,
  found: Pick<Traits, 'literals'> & {
    readonly words: ReadonlySet<string>
    readonly classified: PromptClass | undefined
  },
): Basis {
  if (needs.includes('text')) return 'asked'
  const isWritten = textWords.some((word) => found.words.has(word))
  if (found.literals.length > 0 || isWritten) return 'rule'
  return found.classified?.needsText === true ? 'classifier' : 'default'
}

interface Known {
  readonly name: string
  readonly basis: Basis
}

function categoryOf(
  request: Pick<ImageRequest, 'category'>,
  words: ReadonlySet<string>,
  classified: PromptClass | undefined,
): Known {
  if (request.category !== undefined) return { name: request.category, basis: 'asked' }
  const named = firstOf(categoryWords, words)
  if (named !== undefined) return { name: named, basis: 'rule' }
  const told = classified?.category
  return told === undefined
    ? { name: 'any', basis: 'default' }
    : { name: told, basis: 'classifier' }
}

function purposeOf(
  request: Pick<ImageRequest, 'purpose'>,
  ofModel: string | undefined,
  found: {
    readonly words: ReadonlySet<string>
    readonly needsEdit: boolean
    readonly needsText: boolean
    readonly classified: PromptClass | undefined
  },
): Known {
  if (request.purpose !== undefined) return { name: request.purpose, basis: 'asked' }
  if (ofModel !== undefined) return { name: ofModel, basis: 'model' }
  const named = firstOf(purposeWords, found.words)
  if (named !== undefined) return { name: named, basis: 'rule' }
  if (found.needsEdit) return { name: 'edit', basis: 'rule' }
  if (found.needsText) return { name: 'text', basis: 'rule' }
  const told = found.classified?.purpose
  return told === undefined
    ? { name: 'general', basis: 'default' }
    : { name: told, basis: 'classifier' }
}

const withoutLiterals = (prompt: string, literals: readonly string[]): string =>
  literals.reduce((text, literal) => text.replaceAll(literal, ' '), prompt)

/** Single words and pairs, lower case, with a plain plural taken off. */
function wordsOf(prose: string): ReadonlySet<string> {
  const list = prose.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
  const singles = list.flatMap((word) => [word, word.replace(/s$/, '')])
  const pairs = list.slice(1).map((word, index) => `${list[index]} ${word}`)
  return new Set([...singles, ...pairs])
}

/** The first row, from top to bottom, one of whose words stands in the prompt. */
const firstOf = (
  table: Readonly<Record<string, readonly string[]>>,
  words: ReadonlySet<string>,
): string | undefined =>
  Object.entries(table).find(([, listed]) => listed.some((word) => words.has(word)))?.[0]

/** People and texture need more steps than an object on a plain ground. */
function complexityOf(category: string, words: ReadonlySet<string>): Complexity {
  if (category === 'people') return 'people'
  if (category === 'textured' || category === 'glass') return 'texture'
  if (words.has('shadow') || words.has('dramatic lighting')) return 'shadows'
  return category === 'any' ? 'shadows' : 'plain'
}
