// Reads documents in BPMN, each a JSON string on a line of standard input, and answers each with a line: what bpmn-moddle
// warns of, as a JSON list of strings.
import { BpmnModdle } from 'bpmn-moddle'
import { createInterface } from 'node:readline'

const moddle = new BpmnModdle()
for await (const line of createInterface({ input: process.stdin })) {
  let faults
  try {
    const { rootElement, warnings } = await moddle.fromXML(JSON.parse(line))
    faults = warnings.map(w => w.message)
    if (rootElement.$type !== 'bpmn:Definitions') faults.push('the root is ' + rootElement.$type)
    // What is written back must say the same: nothing was read as an extension that moddle only carries along.
    const stray = []
    const visit = x => {
      if (!x || typeof x !== 'object' || !x.$type) return
      if (!/^(bpmn|bpmndi|dc|di|color):/.test(x.$type)) stray.push(x.$type)
      for (const key of Object.keys(x.$attrs || {})) if (!/^xmlns|^xsi:|^color:/.test(key)) stray.push(x.$type + ' ' + key)
      for (const p of x.$descriptor.properties) if (!p.isReference && !p.isAttr) [].concat(x.get(p.name) ?? []).forEach(visit)
    }
    visit(rootElement)
    if (stray.length) faults.push('unknown to BPMN: ' + stray.slice(0, 5).join(', '))
  } catch (e) {
    faults = [String(e.message), ...(e.warnings || []).map(w => w.message)]
  }
  console.log(JSON.stringify(faults))
}
