import { nanoFromDollars } from '../money.ts'
import { amendPurpose, type Purpose, type PurposeSettings } from './purpose.ts'

/** What a purpose has of its own; the rest is that of {@link general}. */
type Row = readonly [display: string, floor: number, bad: string, more?: Partial<Purpose>]

/**
 * Defaults of ours, to be replaced by an operator's own figures: how large the picture stands on a
 * page, how many requests must end well, and what a bad picture costs those who see it.
 */
const rows: Readonly<Record<string, Row>> = {
  hero: ['1536x1024', 0.9, '0.20', { isCritical: true, deadlineMs: 60_000 }],
  product: ['1024x1024', 0.88, '0.05'],
  blog: ['1024x768', 0.8, '0.02'],
  social: ['1024x1024', 0.82, '0.03'],
  og_image: ['1200x630', 0.8, '0.02'],
  thumbnail: ['512x512', 0.8, '0.01', { deadlineMs: 20_000 }],
  preview: ['512x512', 0.6, '0.002', { deadlineMs: 10_000 }],
  placeholder: ['512x512', 0.5, '0.001', { deadlineMs: 10_000 }],
  print: ['2048x2048', 0.9, '0.30', { isCritical: true, deadlineMs: 120_000 }],
  marketing: ['1536x1024', 0.88, '0.12', { deadlineMs: 60_000 }],
  text: ['1024x1024', 0.85, '0.06'],
  edit: ['1024x1024', 0.85, '0.06'],
}

/** The purpose of a request that names none, and of names that nobody described. */
const general: Purpose = {
  name: 'general',
  display: { width: 1024, height: 1024 },
  pixelRatio: 1,
  floor: 0.8,
  badImageNano: nanoFromDollars('0.02'),
  deadlineMs: 30_000,
  strategy: 'auto',
  gates: [],
  isCritical: false,
  isEnlargeable: false,
}

const sizeOf = (text: string): Purpose['display'] => {
  const [width = 0, height = 0] = text.split('x').map(Number)
  return { width, height }
}

/** The purposes that ship, by name. */
const defaultPurposes: ReadonlyMap<string, Purpose> = new Map([
  [general.name, general],
  ...Object.entries(rows).map(([name, [display, floor, bad, more]]): [string, Purpose] => [
    name,
    {
      ...general,
      name,
      display: sizeOf(display),
      floor,
      badImageNano: nanoFromDollars(bad),
      ...more,
    },
  ]),
])

/** All purposes of an installation; looks up any name, because callers make their own. */
export interface Purposes {
  /** A name that nobody described has what `general` has, and keeps its own evidence. */
  of(name: string | undefined): Purpose
  readonly all: readonly Purpose[]
}

/** The purposes that ship with what the settings say. */
export function makePurposes(settings: Readonly<Record<string, PurposeSettings>> = {}): Purposes {
  const known = new Map(defaultPurposes)
  for (const [name, own] of Object.entries(settings)) {
    known.set(name, amendPurpose({ ...(known.get(name) ?? general), name }, own))
  }
  const usual = known.get(general.name) ?? general
  return {
    of: (name) => (name === undefined ? usual : (known.get(name) ?? { ...usual, name })),
    all: [...known.values()],
  }
}
