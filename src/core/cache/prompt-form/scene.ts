import { inAnyOrder, isColor } from './adjectives.ts'
import type { Token } from './tokens.ts'

/** A thing in a picture, with what is said of it. */
export interface Thing {
  /** `1`, a number, `many`, or `=2` for one with a number in its name; what has none has 1. */
  readonly count: string
  /** Plain adjectives side by side are sorted: another order of them means nothing. */
  readonly modifiers: readonly string[]
  /** The last word: what it is. Empty where a relation stands alone ("seen from above"). */
  readonly head: string
}

/** How further things stand to the one before. */
export interface Link {
  /** Relation words in their order; empty for things that follow without one. */
  readonly relation: string
  /** Things joined by "and", sorted; mostly one. */
  readonly things: readonly Thing[]
}

/** What stands between two marks of punctuation, as a chain from left to right. */
export interface Clause {
  readonly links: readonly Link[]
  /** It tells what happens at the same time as what stands before. */
  readonly isMeanwhile: boolean
  /** A colon behind it makes it a label of what follows. */
  readonly isLabel: boolean
}

/** Reads the tokens of each clause. */
export function clausesOf(tokens: readonly Token[]): readonly Clause[] {
  const clauses: { readonly tokens: Token[]; readonly isMeanwhile: boolean; isLabel: boolean }[] =
    []
  let current: (typeof clauses)[number] | undefined
  let isMeanwhile = false
  for (const token of tokens) {
    if (token.kind === 'break') {
      if (current !== undefined) current.isLabel = token.text === ':'
      current = undefined
      isMeanwhile = token.text === 'while'
    } else if (current === undefined) {
      current = { tokens: [token], isMeanwhile, isLabel: false }
      clauses.push(current)
    } else current.tokens.push(token)
  }
  return clauses.map(({ tokens: words, ...more }) => ({ ...clauseOf(words), ...more }))
}

/** What is being read of a clause. */
interface Reading {
  readonly links: { relation: string; things: Thing[] }[]
  relation: string[]
  words: Token[]
  /** The next thing belongs beside the one before. */
  isJoined: boolean
}

function clauseOf(tokens: readonly Token[]): Pick<Clause, 'links'> {
  const reading: Reading = { links: [], relation: [], words: [], isJoined: false }
  for (const [index, token] of tokens.entries()) {
    if (token.kind === 'word') reading.words.push(token)
    else if (token.kind === 'literal') {
      endThing(reading)
      reading.words.push(token)
      endThing(reading)
    } else if (token.kind === 'article') endThing(reading)
    else if (token.kind === 'relation') {
      endThing(reading)
      reading.isJoined = false
      reading.relation.push(token.text)
    } else if (!isWithinThing(reading.words, tokens[index + 1])) {
      endThing(reading)
      reading.isJoined = reading.relation.length === 0 && reading.links.length > 0
    }
  }
  endThing(reading)
  if (reading.relation.length > 0) {
    reading.links.push({ relation: reading.relation.join(' '), things: [] })
  }
  return { links: reading.links.map(({ relation, things }) => sortedLink(relation, things)) }
}

/** "a blue and white bus" is one thing of two colours. */
const isWithinThing = (words: readonly Token[], next: Token | undefined): boolean =>
  words.length > 0 && words.every(({ text }) => isColor(text)) && next?.kind === 'word'

function endThing(reading: Reading): void {
  const { words, links, relation } = reading
  if (words.length === 0) return
  const thing = thingOf(words)
  const last = links.at(-1)
  if (relation.length === 1 && relation[0] === 'madeof' && last !== undefined) {
    addMaterial(last.things, thing)
  } else if (reading.isJoined && last !== undefined) last.things.push(thing)
  else links.push({ relation: relation.join(' '), things: [thing] })
  reading.words = []
  reading.relation = []
  reading.isJoined = false
}

/** "a wallet made of leather" is a leather wallet. */
function addMaterial(things: Thing[], material: Thing): void {
  const thing = things.pop()
  if (thing === undefined) return
  const words = [...thing.modifiers, ...material.modifiers, material.head]
  things.push({ ...thing, modifiers: inAnyOrder(words) })
}

/** More than one, and nobody said how many. */
const MANY = 'many'

function thingOf(words: readonly Token[]): Thing {
  const isNumber = ({ text }: Token): boolean => /^\d+$/.test(text)
  const last = words.at(-1)
  const [first] = words
  // A number counts what follows it; "a formula 1 car" has one in its name, "a 2 door car" too.
  const number = words.length > 1 && first !== undefined && isNumber(first) ? first : undefined
  const isName = number !== undefined && number.text !== '1' && last?.isPlural !== true
  const rest = words.filter((word) => word !== number && (word.text !== MANY || words.length === 1))
  return {
    count: isName ? `=${number.text}` : (number?.text ?? (last?.isPlural === true ? MANY : '1')),
    modifiers: inAnyOrder(rest.slice(0, -1).map(({ text }) => text)),
    head: rest.at(-1)?.text ?? '',
  }
}

const sortedLink = (relation: string, things: readonly Thing[]): Link => ({
  relation,
  things: things.toSorted((a, b) => (printThing(a) < printThing(b) ? -1 : 1)),
})

/** One text for equal things. */
export const printThing = ({ count, modifiers, head }: Thing): string =>
  [...(count === '1' ? [] : [count]), ...modifiers, head].join(' ')

/** One text for equal links. */
export const printLink = ({ relation, things }: Link): string =>
  `${relation === '' ? '' : `<${relation}> `}${things.map(printThing).join(' & ')}`
