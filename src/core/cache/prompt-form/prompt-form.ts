import { literalsOf } from '../../purpose/classify.ts'
import { isColor } from './adjectives.ts'
import { rewritten } from './rewrites.ts'
import { type Clause, clausesOf, type Link, printLink, printThing, type Thing } from './scene.ts'
import { PASSIVE, tokensOf } from './tokens.ts'

/** What a picture is like as a whole; said anywhere in a prompt, it means the same. */
export const slotNames = ['style', 'view', 'light', 'background'] as const
/** See {@link slotNames}. */
export type SlotName = (typeof slotNames)[number]

/** A prompt in a form that is the same for all wordings of one picture. */
export interface PromptForm {
  /** Sorted texts of each slot. */
  readonly slots: Readonly<Record<SlotName, readonly string[]>>
  /** Chains of things; their order and that of the relations in them is kept. */
  readonly scenes: readonly (readonly Link[])[]
  /** Texts that must stand in the picture, as written. */
  readonly literals: readonly string[]
}

/** Last words that make a phrase a slot. */
const HEADS: { readonly [Name in SlotName]: ReadonlySet<string> } = {
  style: new Set([
    ...['photo', 'rendering', 'painting', 'sketch', 'illustration', 'artwork', 'watercolor', '3d'],
    ...['cartoon', 'drawing', 'vector', 'engraving', 'collage', 'photorealistic', 'anime', 'style'],
  ]),
  view: new Set(['view', 'closeup', 'angle', 'perspective', 'shot', 'viewfrom']),
  light: new Set(['lighting', 'daylight', 'glow', 'backlight', 'candlelight', 'moonlight', 'hour']),
  background: new Set(['backdrop']),
}

const GIVES_SUBJECT = new Set(['of', 'showing', 'depicting', 'with'])

/** Relations that join what a picture is like to what is in it. */
const SAYS_HOW = new Set([
  '',
  'with',
  'in',
  'on',
  'against',
  'as',
  'at',
  'by',
  'under',
  'from',
  'over',
  'styleof',
])

/** Those of them that join a style; a painting that somebody is "with" hangs on a wall. */
const SAYS_STYLE = new Set(['', 'in', 'as', 'styleof'])

/** Relations that say the same from the other side. */
const INVERSES: ReadonlyMap<string, string> = new Map([
  ['above', 'under'],
  ['rightof', 'leftof'],
  ['behind', 'infrontof'],
])

/** Longest prompt that is taken apart, in characters; a longer one is its own form. */
const MAX_CHARACTERS = 4_000

/** Takes a prompt apart. Deterministic; reads English, and other words as content. */
export function promptForm(prompt: string): PromptForm {
  const plain = prompt.normalize('NFKC').replace(/[\u2010-\u2015\u2212]/g, '-')
  const literals = literalsOf(plain)
  if (plain.length > MAX_CHARACTERS) return opaque(plain, literals)
  const clauses = clausesOf(tokensOf(rewritten(flatten(plain, literals))))
  const form = { slots: { style: [], view: [], light: [], background: [] }, scenes: [] }
  // One colon may stand behind a style; from two on, each names what follows it.
  const isInOrder = clauses.filter(({ isLabel }) => isLabel).length > 1
  const draft: Draft = { ...form, fronted: [], isInOrder }
  for (const clause of clauses) addClause(draft, clause)
  if (draft.fronted.length > 0) attach(draft, draft.fronted)
  const scenes = draft.scenes.map((scene) => inAnyTime(turned(scene)))
  return {
    slots: mapSlots((name) => withoutPlainPhoto(draft.slots[name]).toSorted()),
    scenes: draft.isInOrder
      ? scenes
      : scenes.toSorted((a, b) => (printScene(a) < printScene(b) ? -1 : 1)),
    literals,
  }
}

/** One text for equal forms. */
export function printForm({ slots, scenes, literals }: PromptForm): string {
  const parts = slotNames.map((name) => `${name}=${slots[name].join(', ')}`)
  return JSON.stringify([...parts, ...scenes.map(printScene), ...literals])
}

const printScene = (links: readonly Link[]): string => links.map(printLink).join(' ')

const opaque = (text: string, literals: readonly string[]): PromptForm => ({
  slots: mapSlots(() => []),
  scenes: [[{ relation: '', things: [{ count: '1', modifiers: [], head: text }] }]],
  literals,
})

const mapSlots = (read: (name: SlotName) => readonly string[]): PromptForm['slots'] => ({
  style: read('style'),
  view: read('view'),
  light: read('light'),
  background: read('background'),
})

/**
 * Lower case with single spaces; literals become marks, apostrophes and hyphens go. Signs that mean
 * something stay: a minus before a number, inches and feet behind one, an exclamation mark alone.
 */
function flatten(text: string, literals: readonly string[]): string {
  const marked = literals.reduce(
    (rest, literal, index) => rest.replaceAll(literal, ` \uE000${index} `),
    text,
  )
  return (
    marked
      .toLowerCase()
      .replace(/[\uFE00-\uFE0F\u200D]/g, '')
      .replace(/(?<![\p{L}\p{N}])-(?=\d)/gu, ' minus ')
      .replace(/(?<=\d)(?:["”]|′′)/g, ' inch ')
      .replace(/(?<=\d)['’′](?!s)/g, ' foot ')
      .replace(/["“”„«»]/g, ' ')
      // "the girls' room" belongs to several.
      .replace(/(?<=\p{L}s)['’](?= \p{L})/gu, ' own')
      .replace(/(?<=\p{L})['’]s\b/gu, 's')
      .replace(/[-_/'’]/g, ' ')
      .replace(/[()[\]{}]/g, ' , ')
      .replace(/(?<! )[!?]|[!?](?! \S)/g, '.')
      .replace(/[^\S\n]+/g, ' ')
      .trim()
  )
}

/** A picture of something is a photo unless something else is said. */
const withoutPlainPhoto = (texts: readonly string[]): readonly string[] =>
  texts.filter((text) => text !== 'photo')

interface Draft {
  readonly slots: Record<SlotName, string[]>
  readonly scenes: Link[][]
  /** Links that stood before what they belong to: "In a kitchen, a cat". */
  fronted: Link[]
  /** Something labels what follows it, so that no scene may change its place. */
  isInOrder: boolean
}

/** Places and parts that stand alone before what is there: "First panel. A dog.", "left, a cat". */
const LABELS: ReadonlySet<string> = new Set(
  [
    'left right top bottom middle center foreground front back first second third last inside',
    'outside side half corner panel row column part frame scene page step',
  ].flatMap((line) => line.split(' ')),
)

/** Whether a clause says where or which, and not what: its number or letter alone does so too. */
const isPart = (links: readonly Link[]): boolean => {
  const [{ things: [thing] = [] } = {}, ...others] = links
  if (others.length > 0 || thing === undefined) return false
  return LABELS.has(thing.head) || /^(?:\d+|\p{L})$/u.test(thing.head)
}

function addClause(draft: Draft, { links, isMeanwhile }: Clause): void {
  const rest = withoutSlots(draft, draft.scenes.length === 0 ? withoutStyle(draft, links) : links)
  const [first] = rest
  if (first === undefined) return
  if (isPart(rest)) draft.isInOrder = true
  if (first.relation !== '') {
    const marked = { ...first, relation: `${isMeanwhile ? MEANWHILE : ''}${first.relation}` }
    attach(draft, [marked, ...rest.slice(1)])
    return
  }
  draft.scenes.push([...rest, ...draft.fronted])
  draft.fronted = []
}

/** Marks what the subject does at the same time as what stands before. */
const MEANWHILE = 'while '

/** What somebody does at the same time may be told in any order. */
function inAnyTime(scene: readonly Link[]): readonly Link[] {
  const [subject, ...links] = scene
  if (subject === undefined || !links.some(({ relation }) => relation.startsWith(MEANWHILE))) {
    return scene
  }
  const deeds: Link[][] = [[]]
  for (const link of links) {
    if (!link.relation.startsWith(MEANWHILE)) deeds.at(-1)?.push(link)
    else deeds.push([{ ...link, relation: link.relation.slice(MEANWHILE.length) }])
  }
  const sorted = deeds.toSorted((a, b) => (printScene(a) < printScene(b) ? -1 : 1))
  const [first = [], ...others] = sorted
  const marked = others.flatMap(([link, ...rest]) =>
    link === undefined ? [] : [{ ...link, relation: MEANWHILE + link.relation }, ...rest],
  )
  return [subject, ...first, ...marked]
}

/** To the scene before, or to the one that follows when there is none yet. */
function attach(draft: Draft, links: readonly Link[]): void {
  const scene = draft.scenes.at(-1)
  if (scene !== undefined) scene.push(...links)
  else if (links === draft.fronted) draft.scenes.push([...links])
  else draft.fronted.push(...links)
}

/**
 * "A product photo of a cup": the photo is the style, the cup the subject; and so with the view in
 * "a close-up of a cup".
 */
function withoutStyle(draft: Draft, links: readonly Link[]): readonly Link[] {
  const [first, second, ...rest] = links
  const [thing, ...others] = first?.things ?? []
  if (first?.relation !== '' || thing === undefined || others.length > 0) return links
  if (second === undefined || !GIVES_SUBJECT.has(second.relation)) return links
  const slot = slotOf(thing)
  if (slot !== 'style' && (slot !== 'view' || thing.count !== '1')) return links
  draft.slots[slot].push(printThing(thing))
  return [{ ...second, relation: '' }, ...rest]
}

/** Takes out what says how the whole picture is, wherever it stands. */
function withoutSlots(draft: Draft, links: readonly Link[]): readonly Link[] {
  return links.flatMap((link, index) => {
    if (link.relation.includes('without') || link.relation.includes('not')) return [link]
    if (link.relation.startsWith('viewfrom')) {
      draft.slots.view.push(printLink(link))
      return []
    }
    if (!SAYS_HOW.has(link.relation)) return [link]
    // A light or a view that something else hangs on is a thing in the picture.
    if (index === 0 && links.length > 1 && link.relation === '') return [link]
    const kept = link.things.filter((thing) => {
      const slot = isPlainGround(link, thing) ? 'background' : slotOf(thing)
      if (slot === undefined || isInPicture(slot, link, thing)) return true
      draft.slots[slot].push(slot === 'background' ? groundOf(thing) : printThing(thing))
      return false
    })
    return kept.length === 0 && link.things.length > 0 ? [] : [{ ...link, things: kept }]
  })
}

/** "a child with a drawing" is no drawing, and "a room with a view" no view. */
const isInPicture = (slot: SlotName, { relation }: Link, { modifiers }: Thing): boolean =>
  slot === 'style'
    ? !SAYS_STYLE.has(relation)
    : slot === 'view' && relation === 'with' && modifiers.length === 0

/** "in the background" says where something is, and not what the ground is like. */
const slotOf = ({ head, modifiers }: Thing): SlotName | undefined =>
  head === 'backdrop' && modifiers.length === 0
    ? undefined
    : slotNames.find((name) => HEADS[name].has(head))

/** "on white". */
const isPlainGround = ({ relation }: Link, { head, modifiers }: Thing): boolean =>
  relation === 'on' && modifiers.length === 0 && isColor(head)

const groundOf = ({ modifiers, head }: Thing): string =>
  head === 'backdrop' ? modifiers.join(' ') : [...modifiers, head].join(' ')

/** A scene of two things is told from the side that the inverse relation starts at. */
function turned(scene: readonly Link[]): readonly Link[] {
  const [subject, link, ...more] = scene
  if (subject === undefined || link === undefined || subject.relation !== '') return scene
  const isPassive = link.relation.startsWith(PASSIVE)
  const inverse = isPassive ? link.relation.slice(PASSIVE.length) : INVERSES.get(link.relation)
  // What follows hangs on either of the two, and is only clear after a deed.
  if (inverse === undefined || (more.length > 0 && !isPassive)) return scene
  return [{ ...link, relation: '' }, { ...subject, relation: inverse }, ...more]
}
