/* A table whose rows stay where they are when the page changes elsewhere. */
import { h, resolveComponent, toRaw, withCtx } from "vue";

const made = new Map();

/* Each template becomes one component, and stays the same one: another would be other rows. */
function part(template) {
  if (!made.has(template)) made.set(template, { props: ["props"], template });
  return made.get(template);
}

export default {
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
      const rows = toRaw(this.rows), still = toRaw(this.still), key = this.rowKey;
      if (!still) return rows;
      return rows.filter((row) => row[key] in still).map((row) => ({ ...row, still: still[row[key]] }));
    },
  },
  render() {
    const slots = {};
    for (const [slot, template] of Object.entries(this.templates)) {
      const drawn = (scope) => h(part(template), { key: scope?.key, props: scope });
      // Rows are told apart by their keys only where the slot gives an element, and no list.
      slots[slot] = withCtx(slot === "body" ? drawn : (scope) => [drawn(scope)]);
    }
    const given = { ref: "qRef", columns: this.columns, rows: this.given, rowKey: this.rowKey };
    return h(resolveComponent("q-table"), given, slots);
  },
};
