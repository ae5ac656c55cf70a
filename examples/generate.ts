// One changed line: OpenAI's own client, with the gateway as its base URL.
//   npm start                    (in another terminal)
//   node examples/generate.ts "a lighthouse at dusk"
import { writeFile } from 'node:fs/promises'
import OpenAI from 'openai'

const client = new OpenAI({
  baseURL: process.env.KEEPRATE_BASE_URL ?? 'http://127.0.0.1:4343/v1',
  apiKey: process.env.KEEPRATE_API_KEY ?? 'sk-keeprate-sandbox',
})

const { data: answer, response } = await client.images
  .generate({ model: 'auto', prompt: process.argv[2] ?? 'a lighthouse at dusk', size: '1024x1024' })
  .withResponse()

const base64 = answer.data?.[0]?.b64_json
if (base64 === undefined) throw new Error('the answer has no picture')
const path = process.argv[3] ?? 'lighthouse.png'
await writeFile(path, Buffer.from(base64, 'base64'))

const said = (name: string): string => response.headers.get(`x-keeprate-${name}`) ?? 'unknown'
const spend = said('simulated') === 'true' ? 'simulated' : 'real'
console.log(`${path}: made by ${said('provider')}/${said('model')}, route ${said('route')}`)
console.log(`cost $${said('cost')} (${spend}), list $${said('list-cost')}, saved $${said('saved')}`)
