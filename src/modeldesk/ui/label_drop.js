/* Sends a file of labels to the API: first to be told what would happen, then to be stored. */
(() => {
  const TYPES = {
    csv: "text/csv",
    parquet: "application/vnd.apache.parquet",
    arrow: "application/vnd.apache.arrow.stream",
    arrows: "application/vnd.apache.arrow.stream",
  };
  let held = null;
  const words = (zone, title, state) => {
    zone.dataset.state = state;
    zone.querySelector(".md-drop-title").textContent = title;
  };
  const send = async (zone, file, query, name) => {
    const type = TYPES[file.name.split(".").pop().toLowerCase()];
    if (!type) {
      words(zone, `${file.name} is no table that is known here.`, "refused");
      return;
    }
    words(zone, `Reading ${file.name}`, "busy");
    let told = { file: file.name.slice(0, 200), status: 0, answer: {} };
    try {
      const answer = await fetch(`${zone.dataset.url}?${query}`, {
        method: "POST", headers: { "Content-Type": type }, body: file,
      });
      told.status = answer.status;
      told.answer = await answer.json();
    } catch {
      /* the server is gone, or something between here and it answered */
    }
    words(zone, "Drop a file here, or choose one", "");
    emitEvent(name, told);
  };
  const take = (zone, file) => {
    if (zone.dataset.state === "busy") return;
    held = { zone, file };
    send(zone, file, "dry_run=true&source=file", "md_labels_tried");
  };
  window.mdStoreLabels = (query) => {
    if (held) send(held.zone, held.file, `source=file&${query}`, "md_labels_stored");
  };
  const zoneOf = (event) => event.target.closest && event.target.closest(".md-drop--labels");
  document.addEventListener("change", (event) => {
    const zone = zoneOf(event);
    if (!zone || !event.target.files || !event.target.files.length) return;
    take(zone, event.target.files[0]);
    event.target.value = "";
  });
  for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
    document.addEventListener(name, (event) => {
      const zone = zoneOf(event);
      if (!zone) return;
      event.preventDefault();
      zone.classList.toggle("md-drop--over", name === "dragenter" || name === "dragover");
      if (name === "drop" && event.dataTransfer.files.length) take(zone, event.dataTransfer.files[0]);
    });
  }
})();
