import { describe, expect, test } from 'vitest'
import { GatewayError } from '../core/errors/gateway-error.ts'
import type { ImageRecord } from '../core/jobs/request-record.ts'
import type { RequestStore } from '../ports/stores.ts'
import { KnownPictures } from './known-pictures.ts'

const record = { id: 'img_1', digest: 'ab', state: 'published' } as ImageRecord

/** A database that answers with a record, or not at all. */
const storesWith = (answer: ImageRecord | undefined | Error) => {
  const image = async () => {
    if (answer instanceof Error) throw answer
    return answer
  }
  return { stores: { requests: { image } as Pick<RequestStore, 'image'> as RequestStore } }
}

const lost = storesWith(new GatewayError('ledger_unavailable', 'The database does not answer.'))

describe('while the database is lost', () => {
  test('a picture that was read before is known', async () => {
    const pictures = new KnownPictures()
    await pictures.read('img_1', storesWith(record))
    expect(await pictures.read('img_1', lost)).toEqual(record)
  })

  test('another one is refused, not called unknown', async () => {
    const error = await new KnownPictures().read('img_2', lost).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'ledger_unavailable' })
  })
})

test('what the database says counts: a picture that was removed is not served', async () => {
  const pictures = new KnownPictures()
  pictures.note(record)
  const removed = { ...record, state: 'removed' } as const
  expect(await pictures.read('img_1', storesWith(removed))).toEqual(removed)
  expect(await pictures.read('img_1', lost)).toEqual(removed)
})

test('any other mistake of the database is one', async () => {
  const pictures = new KnownPictures()
  pictures.note(record)
  const mistake = new TypeError('a bug')
  await expect(pictures.read('img_1', storesWith(mistake))).rejects.toBe(mistake)
})

test('the picture that was seen longest ago is forgotten first', async () => {
  const pictures = new KnownPictures()
  for (let index = 0; index <= 10_000; index += 1) pictures.note({ ...record, id: `img_${index}` })
  await expect(pictures.read('img_0', lost)).rejects.toThrow('does not answer')
  expect(await pictures.read('img_10000', lost)).toMatchObject({ id: 'img_10000' })
})
