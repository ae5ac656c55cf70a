import { evaluateGates } from './test/quality/evaluate-gates.ts'
const t=Date.now()
const r = await evaluateGates({pictures: Number(process.argv[2]), lettered: Number(process.argv[3]), tesseract:'/usr/bin/tesseract', seed: Number(process.argv[4]??0)})
for (const x of [...r.good,...r.spoilt]) { console.log(x.name, x.refused,'/',x.made); for (const w of x.wrong.slice(0,8)) console.log('   ',w) }
console.log((Date.now()-t)/1000,'s')
