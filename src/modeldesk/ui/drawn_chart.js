/* A chart: each state of it is drawn once, from objects that the page does not watch. */
import { echarts } from "nicegui-echart";
import { toRaw } from "vue";

export default {
  template: "<div></div>",
  props: { options: Object, renderer: String, theme: null, enable3d: Boolean }, // the last two unused
  async mounted() {
    await new Promise((resolve) => setTimeout(resolve)); // until the styles give it its size
    if (!this.$el.isConnected) return;
    this.chart = echarts.init(this.$el, null, { renderer: this.renderer });
    this.chart.on("click", (event) => this.$emit("componentClick", event));
    const size = () => `${this.$el.offsetWidth} ${this.$el.offsetHeight}`;
    let known = size();
    this.watcher = new ResizeObserver(() => {
      if (size() === known) return;
      known = size();
      this.chart.resize();
    });
    this.watcher.observe(this.$el);
    this.update_chart();
  },
  beforeUnmount() {
    this.watcher?.disconnect();
    this.chart?.dispose();
  },
  methods: {
    /* Called with each update of the element, also before the chart is there. */
    update_chart() {
      const options = toRaw(this.options);
      if (!this.chart || options === this.drawn) return;
      const other = this.drawn?.series?.length !== options.series?.length;
      this.chart.setOption(options, { notMerge: other });
      this.drawn = options;
    },
    run_chart_method(name, ...args) {
      return runMethod(this.chart, name, args);
    },
  },
};
