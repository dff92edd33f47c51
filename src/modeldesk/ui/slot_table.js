/* A table whose rows stay where they are when the page changes elsewhere. */
import { toRaw } from "vue";

const made = new Map();

/* Each template becomes one component, and stays the same one: another would be other rows. */
function part(template) {
  if (!made.has(template)) made.set(template, { props: ["props"], template });
  return made.get(template);
}

export default {
  template: `
    <q-table ref="qRef" :columns="columns" :rows="given" :row-key="rowKey">
      <template v-for="(template, slot) in parts" :key="slot" v-slot:[slot]="scope">
        <component :is="template" :props="scope" />
      </template>
    </q-table>
  `,
  props: {
    columns: Array,
    rows: Array,
    rowKey: String,
    still: Object,
    templates: { type: Object, default: () => ({}) },
  },
  computed: {
    /* Rows are replaced as a whole, and watched for nothing else. */
    given() {
      const rows = toRaw(this.rows), still = toRaw(this.still);
      return still ? rows.map((row) => ({ ...row, still: still[row[this.rowKey]] })) : rows;
    },
    parts() {
      const found = {};
      for (const [slot, template] of Object.entries(this.templates)) found[slot] = part(template);
      return found;
    },
  },
};
