import { afterEach, beforeEach, expect, test } from 'vitest'
import { createS3ImageStore } from '../../src/adapters/s3/s3-image-store.ts'
import { openS3Stand, type S3Stand } from '../s3-stand.ts'
import { exchange, jsonOf } from './exchange.ts'
import { clearStand, makeHome, type Stand, startStand } from './stand.ts'

let s3: S3Stand
let stand: Stand
beforeEach(async () => {
  s3 = await openS3Stand()
  const { endpoint, accessKeyId, secretAccessKey } = s3.settings
  const config = `
sandbox: [fireworks]
storage: { url: "s3://pictures/shop", endpoint: "${endpoint}", allow_private: true }
`
  const environment = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey }
  stand = await startStand({ home: await makeHome(), config, environment })
})
afterEach(async () => {
  await clearStand(stand)
  await s3.close()
})

test('pictures lie in the bucket, and are served from there', async () => {
  const answer = await exchange(stand.url, {
    method: 'POST',
    path: '/v1/images/generations',
    headers: { authorization: `Bearer ${stand.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'auto', prompt: 'a cup', response_format: 'url' }),
  })
  const { data } = jsonOf(answer) as unknown as { readonly data: readonly { url: string }[] }
  const link = new URL(data[0]?.url ?? '')
  const picture = await exchange(stand.url, { method: 'GET', path: link.pathname + link.search })
  expect(picture.status).toBe(200)
  const digest = /"([0-9a-f]{64})"/.exec(String(picture.headers.etag))?.[1] ?? ''
  const stored = await createS3ImageStore(s3.client()).get(digest)
  expect(Buffer.compare(Buffer.from(stored ?? []), picture.body)).toBe(0)
})
