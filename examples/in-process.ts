// The gateway inside your own program: no server. In your project: `import … from 'keeprate'`.
//   node examples/in-process.ts "a paper boat"
import { createGateway, GatewayError } from '../src/index.ts'

const gateway = await createGateway({
  home: process.env.KEEPRATE_HOME ?? '.keeprate',
  // Emulated providers only. Leave this out to use those whose keys are in the environment.
  sandbox: 'all',
})

try {
  const result = await gateway.generate({
    prompt: process.argv[2] ?? 'a paper boat',
    model: 'auto',
    n: 2,
    size: '1024x1024',
    maxCost: '0.10',
  })
  for (const [index, image] of result.images.entries()) {
    const path = `${process.argv[3] ?? 'boat'}-${index + 1}.${image.format}`
    await image.save(path)
    console.log(`${path}: ${image.width}x${image.height}`)
  }
  const { provider, model, cost, saved = 'unknown', cache, warnings } = result
  console.log(`${provider}/${model}, cost $${cost}, saved $${saved}, cache ${cache}`)
  for (const { code, message } of warnings) console.log(`${code}: ${message}`)
} catch (error) {
  if (!GatewayError.isInstance(error)) throw error
  console.error(`${error.code}: ${error.message} ${error.entry.advice}`)
  process.exitCode = 1
} finally {
  await gateway.close()
}
