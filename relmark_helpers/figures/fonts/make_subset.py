"""Make RelmarkSansSC-Regular.ttf: the GB 2312 characters of Noto Sans SC at regular weight, under a name of its own.

Run ``python make_subset.py "NotoSansSC[wght].ttf"`` with fontTools, which matplotlib brings. Only needed when the font
is renewed.
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

FAMILY = "Relmark Sans SC"


def gb2312_characters() -> set[int]:
    """Return the code points of GB 2312: symbols (rows 1 to 9) and the 6,763 characters (rows 16 to 87)."""
    cells = (bytes([0xA0 + row, 0xA0 + cell]) for row in [*range(1, 10), *range(16, 88)] for cell in range(1, 95))
    return {ord(character) for pair in cells if len(character := pair.decode("gb2312", "ignore")) == 1}


def main(source: str) -> None:
    """Write the subset of the font file ``source`` beside this script."""
    font = instantiateVariableFont(TTFont(source), {"wght": 400})
    options = subset.Options(hinting=False, notdef_outline=True, name_IDs=["*"], layout_features=[])
    options.drop_tables += ["GSUB", "GPOS", "vhea", "vmtx", "BASE", "STAT"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=gb2312_characters() | set(range(0x20, 0x7F)) | {0xA5, 0xB7, 0x2212})
    subsetter.subset(font)
    names = {1: FAMILY, 16: FAMILY, 4: f"{FAMILY} Regular", 6: "RelmarkSansSC-Regular"}
    for record in font["name"].names:
        record.string = names.get(record.nameID, record.toUnicode())
    font.save(Path(__file__).with_name("RelmarkSansSC-Regular.ttf"))


if __name__ == "__main__":
    main(sys.argv[1])
