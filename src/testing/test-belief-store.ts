import { expect, test } from 'vitest'
import { placeKey } from '../core/acceptance/cell.ts'
import { type Context, placeOf } from '../core/acceptance/context.ts'
import type { EvidenceNote, KeptSighting } from '../core/acceptance/evidence-note.ts'
import type { Fact } from '../core/jobs/request-record.ts'
import { sampleImage } from './sample-records.ts'
import { type OpenStores, withStores } from './with-stores.ts'

const context: Context = {
  ...{ purpose: 'hero', category: 'people', size: 'medium' },
  ...{ needsText: false, needsEdit: false, isTransparent: false },
}
const arm = { model: 'acme/painter', tier: '' }
const gateVersion = '0a1b2c3d4e5f'
const place = placeKey({ ...placeOf(arm, context), gateVersion })
const kept = (revision: number, imageId = sampleImage('one').id): KeptSighting => ({
  imageId,
  picture: { arm, context, reach: 0.5, at: 1_000 },
  sighting: {
    isShown: true,
    gateVersion,
    ...(revision > 0 ? { outcome: { fate: 'reject', weight: 1 } } : {}),
  },
  revision,
})
const noted = (note: Partial<EvidenceNote> & Pick<EvidenceNote, 'kept'>): Fact => ({
  kind: 'evidence-noted',
  note: { deltas: [], ...note },
})
const one = { place, counts: { pass_unseen: { count: 2, reach: 1.5 } } }
const two = {
  place,
  counts: { pass_unseen: { count: -0.5, reach: -0.25 }, none_accept: { count: 1e20, reach: 1e20 } },
}

/** What every store of beliefs promises, as the journal writes them. `open` gives an empty one. */
export function testBeliefStore(name: string, open: OpenStores): void {
  test(`${name}: an empty store of beliefs knows nothing`, () =>
    withStores(open, async ({ beliefs }) => {
      expect(await beliefs.load()).toEqual({ counts: [], generations: [] })
      expect(await beliefs.sighting('img_unknown')).toBeUndefined()
      expect(await beliefs.spend('real')).toEqual({ requests: 0, knownNano: 0, extraNano: 0 })
    }))

  test(`${name}: evidence adds up, whether it comes in one commit or in several`, () =>
    withStores(open, async ({ journal, beliefs }) => {
      await journal.commit([noted({ kept: kept(0), deltas: [one, one] })])
      await journal.commit([noted({ kept: kept(1), deltas: [two] })])
      expect((await beliefs.load()).counts).toEqual([
        {
          place,
          counts: {
            none_accept: { count: 1e20, reach: 1e20 },
            pass_unseen: { count: 3.5, reach: 2.75 },
          },
        },
      ])
      expect(await beliefs.sighting(kept(1).imageId)).toEqual(kept(1))
    }))

  test(`${name}: of two that change the same picture's evidence one is refused whole`, () =>
    withStores(open, async ({ journal, beliefs }) => {
      await journal.commit([noted({ kept: kept(0), deltas: [one] })])
      const results = await Promise.allSettled([
        journal.commit([noted({ kept: kept(1), deltas: [one] })]),
        journal.commit([noted({ kept: kept(1), deltas: [one] })]),
      ])
      expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
      expect((await beliefs.load()).counts[0]?.counts.pass_unseen?.count).toBe(4)
    }))

  test(`${name}: generations only grow, and what learning cost adds up by book`, () =>
    withStores(open, async ({ journal, beliefs }) => {
      const key = 'acme%2Fpainter/hero'
      await journal.commit([noted({ kept: kept(0), change: { key, generation: 2 } })])
      await journal.commit([noted({ kept: kept(1), change: { key, generation: 1 } })])
      expect((await beliefs.load()).generations).toEqual([{ key, generation: 2 }])
      const chosen: Fact = { kind: 'plan-chosen', book: 'real', knownNano: 2.5e6, extraNano: 1e5 }
      await journal.commit([chosen, chosen])
      await journal.commit([{ ...chosen, book: 'simulated' }])
      expect(await beliefs.spend('real')).toEqual({ requests: 2, knownNano: 5e6, extraNano: 2e5 })
    }))
}
