/**
 * The reference *spliced-file*: the least work of an exact hit that keeps pictures as files. Reads
 * the body, reads the file, and puts its base64 between two constant buffers. Started as
 * `node bench/references/spliced-file.ts '{"path":…}'`.
 */
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { serveAsChild } from '../child-side.ts'
import { readAll } from '../read-all.ts'

const { path } = JSON.parse(process.argv[2] ?? '{}') as { readonly path: string }
const BODY_LIMIT = 1024 * 1024
const opening = Buffer.from('{"created":1,"data":[{"b64_json":"')
const closing = Buffer.from('"}]}')

const server = createServer({ noDelay: true }, (request, response) => {
  readAll(request, BODY_LIMIT)
    .then(async () => {
      const picture = Buffer.from((await readFile(path)).toString('base64'), 'latin1')
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': opening.length + picture.length + closing.length,
      })
      response.write(opening)
      response.write(picture)
      response.end(closing)
    })
    .catch(() => response.writeHead(500).end())
})
serveAsChild(server, async () => undefined)
