import { isAdjective } from './adjectives.ts'
import {
  empties,
  ingNouns,
  numbers,
  plurals,
  singulars,
  spellings,
  verbForms,
} from './vocabulary.ts'

/** What a token is to the grammar of scenes. */
export type TokenKind = 'word' | 'relation' | 'article' | 'and' | 'break' | 'literal'

/** A word in its kept form. */
export interface Token {
  readonly kind: TokenKind
  readonly text: string
  /** Several things, although no number says how many. */
  readonly isPlural?: boolean
}

/** Words that say how two things stand to each other; their sides are never exchanged. */
const RELATIONS: ReadonlySet<string> = new Set(
  [
    'on in at of with without under above over behind beside near against between among amid',
    'around across along through into onto off from to toward towards down up after during for as',
    'like not except infrontof leftof rightof madeof says styleof viewfrom past out outside before',
    'about or but then showing depicting wearing by',
  ].flatMap((line) => line.split(' ')),
)

/** Relations in other words. */
const SAME_RELATIONS: ReadonlyMap<string, string> = new Map([
  ...[
    'featuring',
    'features',
    'containing',
    'contains',
    'including',
    'includes',
    'has',
    'have',
  ].map((word) => [word, 'with'] as const),
  ['having', 'with'],
  ['laying', 'lying'],
])

const ARTICLES = new Set(['a', 'an', 'the', 'this', 'these', 'those', 'some'])

/** Marks of literals, words with the vowel signs of their script, signs one by one, and breaks. */
const PARTS = /\uE000\d+|[\p{L}\p{N}\p{M}]+(?:\.\d+)?|[\p{S}%‰#&@*§¶†‡!?]|[,.;:\n]/gu

/** Reads rewritten text. Words that say nothing are gone; breaks stand for punctuation. */
export function tokensOf(text: string): readonly Token[] {
  const found = text.match(PARTS) ?? []
  const tokens: Token[] = []
  for (const [index, part] of found.entries()) {
    const passive = passiveOf(part, found[index + 1])
    if (passive !== undefined) tokens.push({ kind: 'relation', text: passive })
    else if (part !== 'by' || tokens.at(-1)?.text.startsWith(PASSIVE) !== true) {
      for (const token of tokenOf(part)) {
        tokens.push(isNoun(token, part, tokens) ? wordOf(part) : token)
      }
    }
  }
  return tokens
}

/**
 * What looks like a verb may name a thing: after plain adjectives ("two red running shoes"), and in
 * -s after a number above one, where a verb would have none ("two headphone stands").
 */
function isNoun({ kind }: Token, part: string, before: readonly Token[]): boolean {
  if (kind !== 'relation' || RELATIONS.has(part)) return false
  const start = before.findLastIndex((token) => token.kind !== 'word')
  const words = before.slice(start + 1).map(({ text }) => text)
  if (words.length === 0) return false
  if (part.endsWith('ing')) return words.every((word) => isAdjective(word) || isNumber(word))
  return part.endsWith('s') && words.some((word) => isNumber(word) && word !== '1')
}

/** Marks a relation whose sides are exchanged: "pulled by". */
export const PASSIVE = 'by:'

/** "pulled by" is "pulling", seen from the other side. */
function passiveOf(part: string, next: string | undefined): string | undefined {
  if (next !== 'by' || !part.endsWith('ed')) return undefined
  const stems = [part.slice(0, -2), part.slice(0, -1), part.slice(0, -3)]
  const verb = stems.map((stem) => verbForms.get(stem)).find((ing) => ing !== undefined)
  return verb === undefined ? undefined : PASSIVE + verb
}

const isNumber = (word: string): boolean => /^\d+$/.test(word)

function tokenOf(part: string): readonly Token[] {
  if (part.startsWith('\uE000')) return [{ kind: 'literal', text: part }]
  if (/^[,.;:\n]$/.test(part)) return [{ kind: 'break', text: part }]
  if (part === 'while') return [{ kind: 'break', text: part }]
  if (part === 'and' || part === 'plus' || part === '&') return [{ kind: 'and', text: 'and' }]
  if (ARTICLES.has(part)) return [{ kind: 'article', text: part }]
  if (empties.has(part)) return []
  const relation = SAME_RELATIONS.get(part) ?? part
  if (relation !== part || RELATIONS.has(part)) return [{ kind: 'relation', text: relation }]
  const number = numbers.get(part)
  if (number !== undefined) return [{ kind: 'word', text: number }]
  const verb = verbForms.get(part)
  if (verb !== undefined && !ingNouns.has(part)) return [relationOfVerb(part, verb)]
  if (part.length > 5 && part.endsWith('ing') && !ingNouns.has(part)) {
    return [{ kind: 'relation', text: part }]
  }
  return [wordOf(part)]
}

/** "a kick" is a thing and "kicks the ball" is not: only clear forms count as verbs. */
const relationOfVerb = (part: string, ing: string): Token =>
  part.endsWith('ing') || part !== baseOf(ing)
    ? { kind: 'relation', text: SAME_RELATIONS.get(ing) ?? ing }
    : wordOf(part)

const baseOf = (ing: string): string => ing.slice(0, -3)

function wordOf(part: string): Token {
  const same = spellings.get(part) ?? spelled(part)
  const irregular = plurals.get(same)
  if (irregular !== undefined) {
    return { kind: 'word', text: spellings.get(irregular) ?? irregular, isPlural: true }
  }
  const singular = singularOf(same)
  if (singular === same) return { kind: 'word', text: same }
  return { kind: 'word', text: spellings.get(singular) ?? singular, isPlural: true }
}

/** British endings as American ones: "harbour", "catalogue". Wrong for some, always in one way. */
const spelled = (word: string): string =>
  word.replace(/(?<=\w{3})our(?=s?$)/, 'or').replace(/(?<=\w{3})ogue(?=s?$)/, 'og')

/** The plain plural taken off. Wrong for some words, but always wrong in the same way. */
function singularOf(word: string): string {
  if (word.length < 4 || singulars.has(word) || !word.endsWith('s')) return word
  if (/(ss|us|is)$/.test(word)) return word
  if (/[^aeiou]ies$/.test(word)) return `${word.slice(0, -3)}y`
  if (/(ches|shes|xes|sses|zzes)$/.test(word)) return word.slice(0, -2)
  return word.slice(0, -1)
}
