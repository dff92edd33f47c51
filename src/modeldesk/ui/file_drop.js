/* Sends a file of rows to be predicted, and shows how much of it has arrived. */
(() => {
  const size = (bytes) =>
    bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

  mdDrop.takers.rows = (zone, file, type) => {
    const request = new XMLHttpRequest();
    const bar = mdDrop.part(zone, "bar");
    const refused = (words, hint) => {
      bar.style.width = "0";
      mdDrop.tell(zone, "refused", words, hint || zone.dataset.note);
    };
    request.open("POST", `${zone.dataset.url}?file=${encodeURIComponent(file.name.slice(0, 200))}`);
    request.setRequestHeader("Content-Type", type);
    request.upload.onprogress = (event) => {
      bar.style.width = `${(100 * event.loaded) / Math.max(event.total, 1)}%`;
      mdDrop.part(zone, "note").textContent = `${size(event.loaded)} of ${size(event.total)}`;
    };
    request.onerror = () => refused("The file did not reach the server.", "Try it again.");
    request.onload = () => {
      if (request.status === 202) {
        bar.style.width = "0";
        mdDrop.rest(zone);
        emitEvent("md_file_sent");
        return;
      }
      let error = {};
      try {
        error = JSON.parse(request.responseText).error || {};
      } catch {
        /* an answer of something between here and the server */
      }
      refused(error.message || `The server answered ${request.status}.`, error.hint);
    };
    mdDrop.tell(zone, "busy", `Sending ${file.name}`, size(file.size));
    request.send(file);
  };
})();
