/* Sends a file of labels to the API: first to be told what would happen, then to be stored. */
(() => {
  let held = null;
  const send = async (query, event) => {
    const { zone, file, type } = held;
    mdDrop.tell(zone, "busy", `Reading ${file.name}`);
    const told = await mdDrop.send(`${zone.dataset.url}?source=file&${query}`, file, type);
    mdDrop.rest(zone);
    emitEvent(event, told);
  };
  mdDrop.takers.labels = (zone, file, type) => {
    held = { zone, file, type };
    send("dry_run=true", "md_labels_tried");
  };
  window.mdStoreLabels = (query) => {
    if (held) send(query, "md_labels_stored");
  };
})();
