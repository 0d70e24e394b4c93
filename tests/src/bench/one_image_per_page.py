"""Makes PDFs of drawn pages, one image per page, in the encodings that scanners use."""

import sys
from pathlib import Path

import img2pdf
from PIL import Image

pages = Path(sys.argv[1])
jpeg2000 = pages / "jp2"
jpeg2000.mkdir(exist_ok=True)
for page in sorted((pages / "png").glob("*.png")):
    image = Image.open(page)
    small = image.resize((image.width // 2, image.height // 2))
    small.save(jpeg2000 / f"{page.stem}.jp2", quality_mode="rates", quality_layers=[20], irreversible=True)
layout = img2pdf.get_fixed_dpi_layout_fun
for name, files, dpi in [("jpeg", "jpeg/*.jpg", 600), ("flate", "png/*.png", 600), ("jpeg2000", "jp2/*.jp2", 300)]:
    files = [str(file) for file in sorted(pages.glob(files))]
    (pages / "pdf" / f"{name}.pdf").write_bytes(img2pdf.convert(files, layout_fun=layout((dpi, dpi))))
